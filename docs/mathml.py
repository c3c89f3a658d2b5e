"""Formulas as MathML, which browsers draw by themselves: no script, no network."""

from html import escape

from docutils.nodes import SkipNode
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.util.logging import getLogger


def _mathml(node, *, as_block):
    """Return a formula as MathML; warn with its place if a command is unknown."""
    try:
        return tex2mathml(node.astext(), as_block=as_block)
    except MathError as error:
        getLogger(__name__).warning("%s in %r", error, node.astext(), location=node)
        return escape(node.astext())


def _inline(self, node):
    self.body.append(_mathml(node, as_block=False))
    raise SkipNode


def _block(self, node):
    self.body.append(f'<div class="math-block">{_mathml(node, as_block=True)}</div>')
    raise SkipNode


def setup(app):
    """Add the renderer "mathml"."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
