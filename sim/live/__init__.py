"""The live page: levers on one side, answers on the other; served to this machine only, unless told otherwise."""
