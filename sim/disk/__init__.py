"""What is read from and written to a disk that may be full, forbidden, shared or hostile.

reading   regular files only, up to a bound
steps     each single thing that is done to a disk: what may fail, and where a process may be killed
owner     whose a building site is, known on every machine that shares the folder
site      where something is built, beside its place, and cleared when nobody builds there any more
placing   folders and files that are there completely or not at all
"""
