"""A plain text as a mail's page: the same words in HTML, light and dark, in either writing direction.

It fetches nothing, runs nothing and counts nobody: no image, script, link or form. Everything is escaped, so that the
text may come from anywhere. Whoever sends a mail makes the page then; only the text is kept.
"""

import html

SIGNATURE = "\n\n-- \n"
"""Before what stands below a text (RFC 3676 section 4.3)."""

_RTL = frozenset({"ar", "fa", "he", "ur"})
_PAGE = """\
<!doctype html>
<html lang="{language}" dir="{direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title></title>
<style>
:root {{ color-scheme: light dark; supported-color-schemes: light dark; }}
@media (prefers-color-scheme: dark) {{
  body, .ground {{ background: #161716 !important; }}
  .letter {{ background: #1f201f !important; border-color: #3a3b39 !important; color: #ecebe7 !important; }}
  .below {{ border-color: #3a3b39 !important; color: #a5a29b !important; }}
}}
</style>
</head>
<body dir="{direction}" style="margin:0;padding:0;background:#f2f1ee">
<div class="ground" style="background:#f2f1ee;padding:24px 12px">
<div class="letter" lang="{language}" dir="{direction}" style="{letter}">
{body}
</div>
</div>
</body>
</html>
"""
_LETTER = (
    "max-width:560px;margin:0 auto;padding:28px 28px 12px;background:#fffefc;border:1px solid #d9d6cf;"
    "border-radius:12px;color:#22211f;font:16px/1.55 -apple-system,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif;"
    "text-align:start;overflow-wrap:break-word"
)
_PARAGRAPH = '<p style="margin:0 0 16px">{}</p>'
_BELOW = (
    '<div class="below" style="margin:24px 0 0;padding:14px 0 0;border-top:1px solid #d9d6cf;color:#66625b;'
    'font-size:13px">\n{}\n</div>'
)


def page(text: str, language: str) -> str:
    """Return a text in paragraphs as a page in that language, a BCP 47 tag; what is below the dashes is smaller."""
    above, _, below = text.partition(SIGNATURE)
    paragraphs = _paragraphs(above)
    if below:
        paragraphs += f"\n{_BELOW.format(_paragraphs(below))}"
    return _PAGE.format(
        language=html.escape(language),
        direction="rtl" if language.partition("-")[0].lower() in _RTL else "ltr",
        letter=_LETTER,
        body=paragraphs,
    )


def _paragraphs(text: str) -> str:
    blocks = (block.strip() for block in text.replace("\r\n", "\n").split("\n\n"))
    return "\n".join(_PARAGRAPH.format(html.escape(block).replace("\n", "<br>\n")) for block in blocks if block)
