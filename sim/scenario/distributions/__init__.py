"""The distributions of a scenario file, each with its inverse distribution function and its mean.

    9 d                                          certain
    {lognormal: {median: 2 d, p95: 6 d}}         one law, by name, with named parameters
    {mixture: [{weight: 0.9, law: {…}}, {weight: 0.1, law: never}]}

`families` holds the types that a scenario is made of; `parameters` what a user writes below each
name; `written` what they share; `laws` and `combined` the mathematics.
"""
