"""Makes the fonts of the viewer's labels, small subsets of Noto Sans CJK with TrueType outlines, to which the page falls
back; and those of dossiers, which print what people write and hold more.

Usage: python subset.py NotoSansCJK-Regular.ttc NotoSansCJK-Bold.ttc park.geojson OUTPUT_FOLDER

Three fonts come out, because one character is drawn differently in China, Japan and Korea: labels-sc.ttf, labels-jp.ttf
and labels-kr.ttf. Each holds ASCII, Latin-1 and the punctuation that names use; every character that the demo park's
names and the page's texts have in that language; and
  sc  the 3,755 characters of GB 2312 level 1,
  jp  kana and the 2,965 kanji of JIS X 0208 level 1,
  kr  the 2,350 hangul syllables of KS X 1001.
Two more come out for dossiers, with the outlines as they are: text-sc.otf with all 6,763 characters of GB 2312, and
text-jp.otf with all 6,355 kanji of JIS X 0208. Each holds Latin, Greek and Cyrillic letters and symbols of its set too.
Their headings are set in bold-sc.otf and bold-jp.otf, which hold Latin letters and no more Han characters than the
dossiers' own words, the page's and the park's names have: of a bold weight with all of them 1.5 MB each would be left over.
The names are changed, so that nobody takes a subset for the font it was made from. Needs fontTools.
"""

import json
import sys
from pathlib import Path

from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont, newTable

# Curves may move by this share of the em: 3 units of 1000, a tenth of a pixel at the largest label.
MAX_ERROR = 3.0
FAMILIES = {
    "sc": ("Noto Sans CJK SC", "Cloudsite Labels SC", "zh"),
    "jp": ("Noto Sans CJK JP", "Cloudsite Labels JP", "ja"),
    "kr": ("Noto Sans CJK KR", "Cloudsite Labels KR", "ko"),
}
# Of dossiers: the original, the subset's name, the encoding of the character set, and its last row.
TEXTS = {
    "sc": ("Noto Sans CJK SC", "Cloudsite Text SC", "gb2312", 0xF7),
    "jp": ("Noto Sans CJK JP", "Cloudsite Text JP", "euc_jp", 0xF4),
}
BOLDS = {
    "sc": ("Noto Sans CJK SC", "Cloudsite Bold SC"),
    "jp": ("Noto Sans CJK JP", "Cloudsite Bold JP"),
}
LICENCE = (
    "This Font Software is licensed under the SIL Open Font License, Version 1.1. "
    "A subset of Noto Sans CJK (c) 2014-2021 Adobe (http://www.adobe.com/), made for the {} of Cloudsite."
)


def rows(codec, first, last):
    """The characters of the rows `first` to `last` of a 94 by 94 character set, in its EUC encoding."""
    for row in range(first, last + 1):
        for cell in range(0xA1, 0xFF):
            try:
                yield bytes([row, cell]).decode(codec)
            except UnicodeDecodeError:
                continue


def common():
    codes = [chr(code) for code in [*range(0x20, 0x7F), *range(0xA0, 0x100)]]
    return {*codes, *"–—‘’“”…·•€×²³・、。，：；（）【】《》「」－／％＋〜"}


def characters(language, park):
    script = {
        "zh": lambda: rows("gb2312", 0xB0, 0xD7),
        "ja": lambda: [*rows("euc_jp", 0xA4, 0xA5), *rows("euc_jp", 0xB0, 0xCF), "ー", "々"],
        "ko": lambda: rows("euc_kr", 0xB0, 0xC8),
    }[language]()
    return common() | set(script) | words(language, park)


def words(language, park, *more):
    """The characters of the park's names, of the page's words, and of more files of words."""
    names = (
        value
        for feature in park["features"]
        for key, value in feature["properties"].items()
        if isinstance(value, str) and key.endswith(f":{language}")
    )
    page = Path(__file__).parent.parent / "i18n" / f"{language}.txt"
    texts = [file.read_text("utf-8") for file in (page, *more) if file.is_file()]
    return set("".join([*names, *texts])) - set("\n")


def with_quadratic_outlines(font):
    """Turns CFF outlines into TrueType ones, which the viewer's rasteriser reads faster and everywhere."""
    order, glyphs = font.getGlyphOrder(), font.getGlyphSet()
    glyf = newTable("glyf")
    glyf.glyphOrder, glyf.glyphs = order, {}
    for name in order:
        pen = TTGlyphPen(glyphs)
        glyphs[name].draw(Cu2QuPen(pen, MAX_ERROR, reverse_direction=True))
        glyf.glyphs[name] = pen.glyph()
    font["loca"], font["glyf"] = newTable("loca"), glyf
    for name, glyph in glyf.glyphs.items():
        glyph.recalcBounds(glyf)
        advance, _ = font["hmtx"][name]
        font["hmtx"][name] = (advance, getattr(glyph, "xMin", 0))
    maxp = font["maxp"] = newTable("maxp")
    maxp.tableVersion, maxp.numGlyphs = 0x00010000, len(order)
    for field in (
        "maxTwilightPoints maxStorage maxFunctionDefs maxInstructionDefs maxStackElements "
        "maxSizeOfInstructions maxComponentElements maxPoints maxContours maxCompositePoints "
        "maxCompositeContours maxComponentDepth"
    ).split():
        setattr(maxp, field, 0)
    maxp.maxZones = 1
    post = font["post"]
    post.formatType, post.extraNames, post.mapping = 3.0, [], {}
    for table in ("CFF ", "VORG"):
        if table in font:
            del font[table]
    font.sfntVersion = "\x00\x01\x00\x00"


def rename(font, family, purpose):
    licence = LICENCE.format(purpose)
    texts = {0: licence, 1: family, 2: "Regular", 3: f"{family} Regular", 4: family, 5: "Version 1.000"}
    texts |= {6: family.replace(" ", ""), 13: licence, 14: "https://openfontlicense.org"}
    font["name"].names = []
    for number, text in texts.items():
        font["name"].setName(text, number, 3, 1, 0x409)
    # A fixed time, so that the same input gives the same bytes.
    font.recalcTimestamp = False
    font["head"].created = font["head"].modified = 3786912000


def subset(source, original, characters, desubroutinize):
    fonts = TTCollection(source).fonts
    index = next(i for i, font in enumerate(fonts) if font["name"].getDebugName(1) == original)
    font = TTFont(source, fontNumber=index)
    options = Options()
    options.layout_features, options.hinting, options.glyph_names = ["kern"], False, False
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "DSIG", "GSUB", "GPOS", "GDEF"]
    options.notdef_outline, options.desubroutinize = True, desubroutinize
    subsetter = Subsetter(options)
    subsetter.populate(text="".join(sorted(characters)))
    subsetter.subset(font)
    return font


def make_text(source, park, suffix, folder):
    original, family, codec, last = TEXTS[suffix]
    written = set(rows(codec, 0xA1, last)) | {chr(code) for code in [*range(0x20, 0x7F), *range(0xA0, 0x180)]}
    font = subset(source, original, written | characters(FAMILIES[suffix][2], park), False)
    rename(font, family, "dossiers")
    target = folder / f"text-{suffix}.otf"
    font.save(target)
    print(f"{target.name}: {len(font.getGlyphOrder())} glyphs, {target.stat().st_size:,} bytes")


def make_bold(source, park, suffix, folder):
    original, family = BOLDS[suffix]
    language = FAMILIES[suffix][2]
    own = Path(__file__).parents[2] / "server" / "dossier" / "texts" / f"{language}.txt"
    font = subset(source, original, common() | words(language, park, own) | set("−≥≤≈"), False)
    rename(font, family, "dossiers")
    target = folder / f"bold-{suffix}.otf"
    font.save(target)
    print(f"{target.name}: {len(font.getGlyphOrder())} glyphs, {target.stat().st_size:,} bytes")


def make(source, park, suffix, folder):
    original, family, language = FAMILIES[suffix]
    font = subset(source, original, characters(language, park), True)
    with_quadratic_outlines(font)
    rename(font, family, "labels")
    target = folder / f"labels-{suffix}.ttf"
    font.save(target)
    print(f"{target.name}: {len(font.getGlyphOrder())} glyphs, {target.stat().st_size:,} bytes")


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    source, bold = sys.argv[1:3]
    park, folder = json.loads(Path(sys.argv[3]).read_text("utf-8")), Path(sys.argv[4])
    for suffix in FAMILIES:
        make(source, park, suffix, folder)
    for suffix in TEXTS:
        make_text(source, park, suffix, folder)
    for suffix in BOLDS:
        make_bold(bold, park, suffix, folder)


if __name__ == "__main__":
    main()
