"""Fill the forum with invented people, threads, posts and likes: `seed.py WANTED.json PLANTED.json`.

WANTED is {"people": [name, ..], "threads": [[[name, text, hidden, [liker, ..]], ..], ..]}, PLANTED the same posts with
their addresses. A hidden post is one that guests are not shown.
"""

import json
import sys
from datetime import timedelta
from pathlib import Path

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.utils import timezone  # noqa: E402
from misago.cache.versions import get_cache_versions, invalidate_all_caches  # noqa: E402
from misago.categories.models import Category, CategoryRole  # noqa: E402
from misago.conf.dynamicsettings import DynamicSettings  # noqa: E402
from misago.threads.checksums import update_post_checksum  # noqa: E402
from misago.threads.models import Post, PostLike, Thread  # noqa: E402
from misago.users.setupnewuser import setup_new_user  # noqa: E402

SHOW_LIKERS = 2
FIRST = timezone.now() - timedelta(days=40)


def people(names):
    settings, made = DynamicSettings(get_cache_versions()), {}
    for name in names:
        made[name] = get_user_model().objects.create_user(name, f"{name.lower()}@example.test", "only-on-loopback")
        setup_new_user(settings, made[name])
    return made


def guests_see_who_likes():
    for role in CategoryRole.objects.filter(name="Read only"):
        role.permissions["misago.threads.permissions.threads"]["can_see_posts_likes"] = SHOW_LIKERS
        role.save()


def thread_of(category, place, posts, known):
    started = FIRST + timedelta(hours=place)
    thread = Thread(category=category, started_on=started, last_post_on=started)
    thread.starter_name = thread.starter_slug = thread.last_poster_name = thread.last_poster_slug = ""
    thread.set_title(f"Warta lingkungan nomor {place}")
    thread.save()
    written = [write(thread, number, post, known) for number, post in enumerate(posts)]
    thread.synchronize()
    thread.save()
    return written


def write(thread, number, wanted, known):
    name, text, hidden, likers = wanted
    at, author = thread.started_on + timedelta(minutes=number), known[name]
    post = Post.objects.create(
        category=thread.category,
        thread=thread,
        poster=author,
        poster_name=author.username,
        original=text,
        parsed=f"<p>{text}</p>",
        posted_on=at,
        updated_on=at,
        is_unapproved=hidden,
    )
    update_post_checksum(post)
    for liker in (known[one] for one in likers):
        PostLike.objects.create(
            category=thread.category,
            thread=thread,
            post=post,
            liker=liker,
            liker_name=liker.username,
            liker_slug=liker.slug,
        )
    post.likes = len(likers)
    post.last_likes = [{"id": known[one].pk, "username": one} for one in likers[:4]]
    post.save()
    path = f"/t/{thread.slug}/{thread.pk}/post/{post.pk}/"
    return {"by": name, "text": text, "hidden": hidden, "likers": likers, "path": path, "at": at.isoformat()}


def main():
    wanted = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    guests_see_who_likes()
    invalidate_all_caches()
    known = people(wanted["people"])
    top = Category.objects.root_category()
    category = Category.objects.filter(level__gt=0, tree_id=top.tree_id).first()
    written = [thread_of(category, place, posts, known) for place, posts in enumerate(wanted["threads"])]
    category.synchronize()
    category.save()
    Path(sys.argv[2]).write_text(json.dumps(written), encoding="utf-8")


main()
