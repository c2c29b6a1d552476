"""What every room's tests share."""

from hypothesis import settings

settings.register_profile("tilik", deadline=None)  # a busy machine is not a mistake
settings.load_profile("tilik")
