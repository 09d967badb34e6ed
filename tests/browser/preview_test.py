# SPDX-License-Identifier: Apache-2.0
"""The preview's page in a real browser: python3 preview_test.py SEQC WORKSPACE FOLDER. Pictures of it go into FOLDER."""
import http.server
import os
import re
import shutil
import signal
import subprocess
import sys
import threading

from chromium import Browser

seqc, workspace, folder = sys.argv[1:4]
START = ["--start", "2026-03-02T10:00"]
seen = 'e => e.getClientRects().length > 0'


def preview(*args):
    return subprocess.run([seqc, "preview", *args], check=True, capture_output=True)


def page(name, *args):
    path = os.path.join(folder, name)
    preview(workspace, *START, "--format", "html", "-o", path, *args)
    return path


def check(what, good, more=""):
    print(("ok " if good else "not ok ") + what, more if not good else "")
    if not good:
        check.failed += 1


check.failed = 0


def quiet(b, what):
    """Nothing is logged, and nothing is asked of any network."""
    check(what + ": the console is silent", b.said == [], b.said)
    check(what + ": nothing is fetched", all(u.startswith("file:") for u in b.asked), b.asked)


def visible(b, css):
    return b.ask(f"[...document.querySelectorAll({css!r})].filter({seen}).length")


def switches(b, path):
    b.open(path)
    text = "document.querySelector('.w0 tr.k-email .subject').innerText"
    check("one contact is seen", visible(b, "section.way") == 1)
    check("each reads its own language", "Fresh rye, Ada" in b.ask(text), b.ask(text))
    b.ask("document.getElementById('locale-1').click()")
    check("the language is switched", "Du pain rye, Ada" in b.ask(text), b.ask(text))
    b.shoot(os.path.join(folder, "french.png"))
    b.ask("document.getElementById('way-1').click()")
    check("the contact is switched", b.ask(f"[...document.querySelectorAll('section.way')].filter({seen})[0].ariaLabel")
          == "Zoé <zoe@quai.example>")
    b.ask("document.getElementById('way-0').click(); document.getElementById('locale-0').click()")
    b.ask("document.getElementById('open-all').click()")
    check("all messages open", b.ask(f"[...document.querySelectorAll('details.read')].filter({seen}).every(d => d.open)"))
    check("the button turns", b.ask("document.getElementById('open-all').textContent") == "Close all")
    check("a letter's HTML is there", "out of the oven" in b.ask(
        "[...document.querySelectorAll('.w0 .paper')][0].shadowRoot.textContent"))
    check("its style stays inside", b.ask("document.querySelectorAll('.paper > *').length") == 0)
    quiet(b, "switching")


def keyboard(b, path):
    b.open(path)
    for key in ("Tab", "Tab", "ArrowRight"):
        code = {"Tab": 9, "ArrowRight": 39}[key]
        for kind in ("rawKeyDown", "keyUp"):
            b.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)
    check("keys reach the switches", b.ask("document.activeElement.id") == "way-1", b.ask("document.activeElement.id"))
    check("and switch", b.ask("document.getElementById('way-1').checked"))


def accessible(b, path):
    b.open(path)
    for css in ("header", "main", "nav[aria-label]", "footer", "h1", "table caption", "th[scope=col]", "th[scope=row]",
                "a.skip"):
        check("there is " + css, b.ask(f"!!document.querySelector({css!r})"))
    check("ids are unique", b.ask("(l => new Set(l).size == l.length)([...document.querySelectorAll('[id]')].map(e => e.id))"))
    names = b.call("Accessibility.getFullAXTree")["nodes"]
    roles = {n.get("role", {}).get("value") for n in names}
    check("its roles", {"banner", "main", "navigation", "table", "columnheader", "rowheader", "radio"} <= roles, roles)
    dim = """(() => {
        const light = c => { const v = c.map(x => (x /= 255) <= .04045 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4);
                             return .2126 * v[0] + .7152 * v[1] + .0722 * v[2]; };
        const of = s => s.match(/[\\d.]+/g).map(Number).slice(0, 3);
        const bg = light(of(getComputedStyle(document.body).backgroundColor));
        return ['.lede', '.clock', '.after', 'h1', 'caption', '.facts dt', 'a'].filter(css => {
            const fg = light(of(getComputedStyle(document.querySelector(css)).color));
            return (Math.max(fg, bg) + .05) / (Math.min(fg, bg) + .05) < 4.5; });
    })()"""
    check("it is legible by day", b.ask(dim) == [], b.ask(dim))
    b.look(dark=True)
    dim = dim.replace(", 'a']", "]")  # a mixed colour is not told as numbers of 255
    check("and by night", b.ask(dim) == [], b.ask(dim))


def narrow(b, path):
    for width in (390, 320):
        b.open(path, width=width, height=844)
        b.ask("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        check(f"nothing sticks out at {width}", b.ask("document.documentElement.scrollWidth") <= width)
    b.open(path, width=390, height=844)
    b.shoot(os.path.join(folder, "narrow.png"))


def without_script(b, path):
    b.open(path, script=False)
    check("without JavaScript one contact is seen", visible(b, "section.way") == 1)
    check("and no button that needs it", visible(b, "#open-all") == 0)
    b.ask("document.getElementById('locale-1').click()")
    check("and switches work", "Du pain rye" in b.ask("document.querySelector('.w0 tr.k-email .subject').innerText"))


def hostile(b):
    evil = "</script></template><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
    path = page("hostile.html", "--contact", "email=a@b.example", "--contact", "first_name=" + evil,
                "--contact", "input.loaf=" + evil, "--contact", "town=" + evil)
    b.open(path)
    b.ask("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    check("a value is text", "onerror" in b.ask("document.querySelector('h2').closest('section').innerText"))
    check("and does nothing", "owned" not in b.ask("document.title"))
    check("no element of its own", b.ask("[document, ...[...document.querySelectorAll('.paper')].map(p => p.shadowRoot)]"
                                         ".every(r => !r.querySelector('img, script:not(body > script)'))"))
    quiet(b, "a hostile contact")


def watch(b, address, briefly=False):
    """address: where the folder is seen: file:// or a server. briefly: only that the page comes again."""
    own = os.path.join(folder, "own")
    shutil.rmtree(own, ignore_errors=True)
    shutil.copytree(workspace, own)
    out = os.path.join(folder, "watched.html")
    process = subprocess.Popen([seqc, "preview", own, "--watch", "-o", out, *START], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    try:
        lines = [process.stdout.readline() for _ in range(2)]
        check("the address is printed", any(l.startswith("file:///") and l.endswith("watched.html\n") for l in lines), lines)
        b.open(address + "/watched.html")
        b.ask("document.getElementById('locale-1').click(); document.querySelector('details.read').open = true;"
              "scrollTo(0, 300); window.old = true")
        source = os.path.join(own, "taste.seq")
        with open(source, encoding="utf-8") as f:
            text = f.read()

        def save(new):  # as editors do: another file in its place
            with open(source + "~", "w", encoding="utf-8") as f:
                f.write(new)
            os.replace(source + "~", source)

        save(text.replace("A taste of the new loaf", "Another title"))
        b.wait("document.querySelector('h1').innerText == 'Another title' && document.readyState == 'complete'")
        check("it comes again", b.ask("!window.old"))
        if briefly:
            return
        b.wait("scrollY > 200", 3)
        check("where it was", b.ask("scrollY > 200 && document.getElementById('locale-1').checked && "
                                    "document.querySelector('details.read').open"))
        save(text.replace("wait 2 days", "wait 2 dais"))
        b.wait("!!document.querySelector('.trouble')")
        check("what is wrong is said", "taste.seq" in b.ask("document.querySelector('.trouble').innerText"))
        check("the last good page stays", b.ask("document.querySelector('h1').innerText") == "Another title")
        b.shoot(os.path.join(folder, "trouble.png"))
        save(text)
        b.wait("!document.querySelector('.trouble') && document.querySelector('h1').innerText != 'Another title'")
        check("and it is mended", True)
        process.send_signal(signal.SIGINT)
        check("Ctrl-C ends it in order", process.wait(5) == 0)
        b.wait("document.getElementById('watch').innerText.startsWith('No longer')")
        check("the page knows", True)
        check("the console is silent", b.said == [], b.said)
    finally:
        if process.poll() is None:
            process.kill()


def served(b):
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *a):
            super().__init__(*a, directory=folder)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    watch(b, f"http://127.0.0.1:{server.server_port}", briefly=True)
    server.shutdown()


def main():
    contacts = page("bakery.html", "--contacts", os.path.join(workspace, "contacts.csv"))
    with open(contacts, encoding="utf-8") as f:
        text = f.read()
    check("it names no address outside", not re.search(r"(?:src|href)=\"(?:https?:)?//(?!(?:localhost|bakery\.example|crm))", text))
    with Browser() as b:
        b.open(contacts)
        quiet(b, "the page")
        b.shoot(os.path.join(folder, "light.png"))
        b.open(contacts, dark=True)
        b.ask("document.getElementById('open-all').click()")
        b.shoot(os.path.join(folder, "dark.png"))
        switches(b, contacts)
        keyboard(b, contacts)
        accessible(b, contacts)
        narrow(b, contacts)
        without_script(b, contacts)
        hostile(b)
        paths = page("paths.html", "--all-paths", "--contact", "email=ada@engines.example", "--contact", "first_name=Ada",
                     "--contact", "phone=+353915550111", "--contact", "chat_ok=yes")
        b.open(paths)
        check("paths to choose from", b.ask("document.querySelectorAll('[name=way]').length") >= 6)
        b.shoot(os.path.join(folder, "paths.png"))
        quiet(b, "paths")
        watch(b, "file://" + folder)
        served(b)
    sys.exit(1 if check.failed else 0)


main()
