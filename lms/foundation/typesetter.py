"""The process that makes one sheet of paper and ends: a list of sheet, words and language in, a PDF out. See `typesetting`."""

import json
import sys

import typst

if __name__ == "__main__":
    sheet, words, lang = json.load(sys.stdin.buffer)
    sys.stdout.buffer.write(
        typst.compile(
            sheet.encode(),
            format="pdf",
            sys_inputs={"words": words, "lang": lang},
            ignore_system_fonts=True,
            pdf_standards="ua-1",
            timestamp=0,
        )
    )
