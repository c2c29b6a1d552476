"""What a match rests on, kept so that anybody can check it: archives, manifests, packages and their verifier.

Pure over bytes: nothing here opens a database, asks the web or looks at a clock.
"""
