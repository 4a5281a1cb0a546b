"""Content: what a course is as text.

Reads Markdown files into a frozen `CourseDocument`, checks them (file, line, code, sentence, fix), renders them once to
safe HTML and marks answers. Knows neither the web, nor the database, nor the time of day.

- `loading.load_course` turns a folder into a `CourseDocument`; `documents.to_json` and `from_json` keep and restore it.
- `checking.check` tells what is wrong in a folder or a file, in four languages.
- `kinds` holds one class per kind of question: what a browser may see, reading an answer, marking it.
- `vocabulary.Competencies` is the list of competencies that courses and the survey share.
- `door` holds the command-line doors, without a command-line library.
"""
