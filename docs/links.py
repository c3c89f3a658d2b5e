"""An error at the end of the build for links inside the site that lead nowhere."""

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sphinx.errors import SphinxError


class Page(HTMLParser):
    """What a page links to, and what can be linked to in it."""

    def __init__(self, path):
        super().__init__()
        self.links, self.anchors = set(), set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        """Note targets and anchors of one tag."""
        attrs = dict(attrs)
        self.anchors.update({attrs.get("id"), attrs.get("name")} - {None})
        self.links.update({attrs.get("href"), attrs.get("src")} - {None, "", "#"})


def broken(folder):
    """Yield every link of the pages in `folder` whose file or anchor is not there."""
    pages = {
        path.resolve(): Page(path)
        for path in folder.rglob("*.html")
        if "_static" not in path.parts  # templates of the theme
    }
    for path, page in pages.items():
        for link in sorted(page.links):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            anchor = unquote(parts.fragment)
            known = pages[target].anchors if target in pages else {anchor}
            if not target.exists() or (anchor and anchor not in known):
                yield f"{path.relative_to(folder.resolve())}: {link}"


def _check(app, exception):
    if exception is None and app.builder.format == "html":
        lost = list(broken(Path(app.outdir)))
        if lost:
            raise SphinxError("\n".join(["Links that lead nowhere:", *lost]))


def setup(app):
    """Check when the build has ended."""
    app.connect("build-finished", _check, priority=900)  # after all that copy files
    return {"parallel_read_safe": True}
