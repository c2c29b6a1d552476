"""A post of the replayed Instagram on which a person can do something: open the list of who liked it, go on, come back.

What a logged-in person's browser holds and sends (cookies, tokens) is there, invented: a test can look for it.
"""

from tests.replay.cases import SCENES
from tests.replay.server import Replay

SECRETS = {
    name: f"rahasia-{name}-{number}90417"
    for number, name in enumerate(("kuki", "dtsg", "lsd", "bearer", "csrf", "token", "sandi", "setcookie"))
}
CODE, PK = "DYflVZABgH5", "3900000000000000505"
POST, PROFILE = f"/p/{CODE}/", "/kelmawar/"
ACTS = """
<style>
  button, input {{ position: fixed; left: 0; width: 60vw; height: 40vh; font-size: 24px }}
  #suka {{ top: 0 }} #profil {{ top: 40vh }} #sandi {{ top: 80vh; height: 10vh }}
</style>
<button id="suka" onclick="likers()">47 suka</button>
<button id="profil" onclick="location.href='/kelmawar/'">profil</button>
<input id="sandi" type="password" value="{sandi}">
<script>
  document.cookie = "sessionid={kuki}; path=/";
  async function likers() {{
    const headers = {{"Authorization": "Bearer {bearer}", "X-CSRFToken": "{csrf}"}};
    const body = new URLSearchParams({{
      variables: JSON.stringify({{id: "{pk}", include_reel: false}}), doc_id: "24452425501069647",
      fb_dtsg: "{dtsg}", lsd: "{lsd}", av: "17841400000000777", __user: "17841400000000777",
    }});
    const first = await (await fetch("/graphql/query", {{method: "POST", body, headers}})).json();
    const rest = await (await fetch("/api/v1/media/{pk}/likers/?access_token={token}", {{headers}})).json();
    const dialog = document.createElement("div");
    dialog.id = "daftar";
    dialog.style.cssText = "position: fixed; left: 60vw; top: 0; background: #f00; width: 40vw; height: 90vh";
    dialog.textContent = JSON.stringify([first, rest]);
    document.body.append(dialog);
  }}
  {script}
</script>
"""


def lively(server: Replay, *, path: str = POST, script: str = "") -> None:
    """Let a post have buttons; `script` plays the person where nobody is there."""
    answer = SCENES["instagram"][path]
    page = answer.body("instagram").decode()
    acts = ACTS.format(pk=PK, script=script, **SECRETS)
    server.beside[path] = page.replace("</body>", f"{acts}</body>").encode()
    server.headers = {"Set-Cookie": f"csrftoken={SECRETS['setcookie']}; Path=/"}
