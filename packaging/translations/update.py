"""`make translations`: refreshes Qt Linguist's files with the texts that there are now, and compiles the catalogues.

Texts that are new are marked unfinished in packaging/translations/pyroblur_LANGUAGE.ts: translate them there, with
Linguist (pyside6-linguist) or an editor, and run it again. --check changes nothing and fails if anything is amiss.
"""

import argparse
import sys

from catalogue import PLURALS, compiled, compiled_file, problems, read, refreshed, source_file, write
from texts import texts


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail if anything is amiss")
    is_check = parser.parse_args().check
    found = texts()
    amiss = 0
    for language in PLURALS:
        source, target = source_file(language), compiled_file(language)
        known = read(source)
        entries = refreshed(known, found)
        wrong = problems(entries)
        data = compiled(language, entries)
        if is_check:
            if {entry.key for entry in entries} != set(known):
                wrong.append(f"{source.name} is not up to date: run make translations")
            if not target.exists() or target.read_bytes() != data:
                wrong.append(f"{target.name} is not up to date: run make translations")
        else:
            write(source, language, entries)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        print(f"{language}: {len(entries)} texts, {len(wrong)} to mend")
        for each in wrong:
            print(f"  {each}")
        amiss += len(wrong)
    return 1 if amiss and is_check else 0


if __name__ == "__main__":
    sys.exit(main())
