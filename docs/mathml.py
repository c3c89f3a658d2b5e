"""Formulas as MathML, which browsers draw by themselves: no script, no network."""

from docutils.nodes import SkipNode
from docutils.utils.math.latex2mathml import tex2mathml


def _inline(self, node):
    self.body.append(tex2mathml(node.astext(), as_block=False))
    raise SkipNode


def _block(self, node):
    formula = tex2mathml(node.astext(), as_block=True)
    self.body.append(f'<div class="math-block">{formula}</div>')
    raise SkipNode


def setup(app):
    """Add the renderer "mathml"."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
