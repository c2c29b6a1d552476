"""The commands, a file a group: read arguments, open what a job needs, run it, say what came of it.

Heavy libraries are imported inside the commands, so that `tilik --help` stays instant.
"""
