"""Settings of the site. README.md has the command that builds it."""

import inspect
import re
import sys
from itertools import count
from pathlib import Path
from textwrap import indent
from urllib.error import URLError
from urllib.request import urlopen

from sklearn.experimental import enable_halving_search_cv  # noqa: F401 - an example has it

import sknn

PROJECT = Path(__file__).resolve().parents[1]
HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE / "charts")]  # for links, mathml, gallery; and charts

project, author = "sknn", "the sknn developers"
version = release = sknn.__version__
extensions = [
    "links",
    "mathml",
    "matplotlib.sphinxext.plot_directive",
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.intersphinx",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_templates"]
templates_path = ["_templates"]
html_math_renderer = "mathml"

# Pages in Markdown
myst_enable_extensions = ["colon_fence", "dollarmath", "attrs_block", "attrs_inline"]
myst_heading_anchors = 3

# Reference
autosummary_generate = True
autodoc_inherit_docstrings = True
autodoc_typehints = "none"
toc_object_entries_show_parents = "hide"
numpydoc_show_class_members = False
autodoc_mock_imports = ["dask", "distributed", "onnx", "onnxruntime", "skl2onnx", "torch"]

# Pictures of the pages
plot_html_show_formats = plot_html_show_source_link = False
plot_formats = [("png", 144)]
plot_working_directory = str(PROJECT)
plot_include_source = True
plot_rcparams = {"figure.figsize": (6.2, 3.6), "figure.constrained_layout.use": True}
plot_apply_rcparams = True

# Gallery: an example that needs an extra is shown, and not run; the gate has their names
GATE = (PROJECT / ".ci" / "run").read_text(encoding="utf-8")
NEEDS_EXTRA = re.search(r'^needs_extra="(.*)"$', GATE, re.M)[1].replace(" ", "|")
sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "filename_pattern": rf"/(?!(?:{NEEDS_EXTRA})\.py)\w+\.py$",
    "abort_on_example_error": True,
    "download_all_examples": False,
    "default_thumb_file": str(Path(__file__).parent / "_static" / "example.png"),
    "backreferences_dir": "reference/generated/examples",
    "doc_module": ("sknn",),
    "ignore_pattern": r"/data/",
    "ignore_repr_types": r"matplotlib\.",
    "min_reported_time": 10_000,
    "remove_config_comments": True,
    "show_memory": False,
    "show_signature": False,
    "within_subsection_order": "gallery.Order",
    "write_computation_times": False,
    "subsection_order": [
        f"../examples/{section}"
        for section in ("training", "uncertainty", "inside", "beyond")
    ],
}


def _reachable(url):
    """Return whether the site at `url` answers within three seconds."""
    try:
        with urlopen(f"{url}objects.inv", timeout=3):
            return True
    except (URLError, OSError):
        return False


# The site can be built without network: then names of other projects are no links.
intersphinx_mapping = {
    name: (url, None)
    for name, url in {
        "numpy": "https://numpy.org/doc/stable/",
        "pandas": "https://pandas.pydata.org/docs/",
        "python": "https://docs.python.org/3/",
        "sklearn": "https://scikit-learn.org/stable/",
    }.items()
    if _reachable(url)
}

html_theme = "pydata_sphinx_theme"
html_title = f"sknn {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_theme_options = {
    "show_prev_next": True,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
    "header_links_before_dropdown": 7,
    "footer_start": ["copyright"],
    "navbar_persistent": ["search-button"],
    "footer_end": ["sphinx-version"],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
html_sidebars = {"index": []}
copyright = "the sknn developers, BSD-3-Clause"  # noqa: A001 - Sphinx reads this name


def _example_pages(app, document, content):
    """Turn links to files of the repository, right on disk, into links to pages."""
    text = content[0]
    text = re.sub(
        r"\]\((?:\.\./)+examples/([\w/]+)\.py\)", r"](/auto_examples/\1.rst)", text
    )
    text = re.sub(r"\]\((?:\.\./)+examples/?\)", "](/auto_examples/index.rst)", text)
    text = re.sub(r"\]\((?:\.\./)+CONTRIBUTING\.md", "](/contributing.md", text)
    text = re.sub(r"\]\((?:\.\./)+CHANGELOG\.md", "](/changes.md", text)
    content[0] = text


def _plots(app, document, content):
    """Turn the fences ``{plot}`` of Markdown into directives of reStructuredText."""
    numbers = count(1)

    def as_rst(match):
        script, options = match["script"] or "", match["options"]
        if not script:  # else all pictures of a page would have the same name
            name = f"{document.replace('/', '-')}-{next(numbers)}"
            options += f":filename-prefix: {name}\n"
        lines = indent(options + "\n" + match["code"], "   ")
        return f"```{{eval-rst}}\n.. plot:: {script}\n{lines}```"

    fence = (
        r"^```\{plot\} ?(?P<script>\S+)?\n(?P<options>(?::.*\n)*)(?P<code>(?:.*\n)*?)```$"
    )
    content[0] = re.sub(fence, as_rst, content[0], flags=re.M)


# What inherited docstrings of scikit-learn refer to in its own guide
SKLEARN_LABELS = {
    "accuracy_score",
    "df_output_transform",
    "meta-estimator",
    "metadata_routing",
    "sphx_glr_auto_examples_miscellaneous_plot_set_output.py",
}


def _other_labels(app, env, node, contnode):
    """Show these labels as text where scikit-learn's site cannot be reached."""
    return contnode if node.get("reftarget") in SKLEARN_LABELS else None


def _signature(app, what, name, obj, options, signature, returns):
    """Show what a class is made with: Sphinx shows the call of a metaclass."""
    if what != "class":
        return None
    made = inspect.signature(obj)
    plain = [each.replace(annotation=each.empty) for each in made.parameters.values()]
    return str(made.replace(parameters=plain, return_annotation=made.empty)), None


def setup(app):
    """Register the functions above."""
    app.connect("source-read", _example_pages)
    app.connect("source-read", _plots)
    app.connect("autodoc-process-signature", _signature)
    app.connect("missing-reference", _other_labels)
