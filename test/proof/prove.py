#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""prove.py - proves what test/proof/units.py lists, with Frama-C.

usage: prove.py BUILD [UNIT...]

Prints a table: function, obligations, proved, by what. Frama-C ends with 0
whatever it finds, so its output is read: a goal that is open, an alarm, a
function of which nothing is said, dead code that hides an obligation, or a
sum that does not add up, and this ends with 1.
"""
import csv
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(__file__))
from units import ASSUMED, UNITS  # noqa: E402

HERE = 'test/proof'
FRAMA_C = ['frama-c', '-machdep', 'gcc_x86_64', '-c11', '-no-frama-c-stdlib']
CPP = ('-ffreestanding -Iinclude -Ilib -Ilib/freestanding '
       f'-I{HERE} -I{HERE}/eva -include {HERE}/logic.h')
CPP_EVA = CPP + ' -Dmemcpy=memcpy'      # always that of lib/string.c

GOAL = re.compile(r'\[wp\] \[([^]]+)\] Goal (\S+)(.*)')
CAST = re.compile(r'Cast with incompatible pointers types '
                  r'\(source: (\S+)\*\) +\(target: (\S+)\*\)')
ALARM = re.compile(r'\[eva:alarm\] (\S+): Warning:\s+(.*)')
POSTCONDITION = re.compile(r'function (\w+): postcondition')
NO_CODE = re.compile(r'Neither code nor specification for function (\w+)')
TOTAL = re.compile(r'\[wp\] Proved goals: +(\d+) / (\d+)')


class Failure(Exception):
    """What keeps a unit from being proved, as a text."""


class Row:
    """What is known of one function."""

    def __init__(self):
        self.all = 0
        self.proved = 0
        self.by = set()

    def add(self, proved, by):
        self.all += 1
        self.proved += proved
        if proved:
            self.by.add(by)


def run(build, name, args, env=None, cpp=CPP):
    """Frama-C's output, which goes to a log, too."""
    done = subprocess.run(FRAMA_C + ['-cpp-extra-args=' + cpp] + args,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          universal_newlines=True, check=False, env=env)
    with open(f'{build}/proof/{name}.log', 'w', encoding='utf-8') as log:
        log.write(done.stdout)
    if done.returncode != 0:
        raise Failure(f'frama-c failed:\n{done.stdout[-2000:]}')
    return done.stdout


def z3_options(build, options):
    """An environment in which why3 starts z3 with further options.

    Why3 has no setting for that: it gets a script in the place of z3, and a
    configuration of its own that says so.
    """
    folder = os.path.abspath(f'{build}/proof')
    with open(f'{folder}/z3', 'w', encoding='utf-8') as script:
        script.write(f'#!/bin/sh\nexec {shutil.which("z3")} {options} "$@"\n')
    os.chmod(f'{folder}/z3', 0o755)
    with open(os.environ['WHY3CONFIG'], encoding='utf-8') as plain:
        config = re.sub(r'^path = ".*/z3"$', f'path = "{folder}/z3"',
                        plain.read(), flags=re.M)
    with open(f'{folder}/why3-options.conf', 'w', encoding='utf-8') as changed:
        changed.write(config)
    return dict(os.environ, WHY3CONFIG=f'{folder}/why3-options.conf')


def owner(goal, functions):
    """The function that a goal's name begins with."""
    name = re.sub(r'^typed_(cast_|raw_)?', '', goal)
    fits = [f for f in functions if name.startswith(f + '_')]
    if name.startswith('lemma_'):
        return '(lemmas)'
    if not fits:
        raise Failure(f'goal {goal} belongs to no function of the unit')
    return max(fits, key=len)


def prove_wp(build, name, unit):
    """All goals of the unit's functions, for inputs of any size."""
    functions = unit['functions']
    env = z3_options(build, unit['z3']) if 'z3' in unit else None
    but = ['-wp-prop=' + ','.join('-' + p for p in unit['but'])] \
        if 'but' in unit else []
    if unit.get('split'):
        but.append('-wp-split')
    out = run(build, name, but + [
        # What a pointer to a function may be, a 'calls' says before the call:
        # that is a goal, and more than that it is any function's.
        '-rte-no-pointer-call', '-wp', '-wp-rte', '-wp-prover', 'z3,cvc4', '-wp-par', '2',
        '-wp-timeout', '60', '-wp-cache', 'update',
        '-wp-cache-dir', f'{build}/proof/cache',
        '-wp-model', unit.get('model', 'Typed'),
        *(['-wp-fct', ','.join(functions)] if functions else
          ['-wp-prop=@lemma']), unit['file']], env)
    rows = {f: Row() for f in functions}
    opened = []
    for by, goal, rest in GOAL.findall(out):
        proved = ': Valid' in rest
        rows.setdefault(owner(goal, functions), Row()).add(
            proved, 'WP, ' + by.split()[0])
        if not proved:
            opened.append(goal)
    total = TOTAL.search(out)
    if not total:
        raise Failure('frama-c did not say how many goals it proved')
    counted = sum(r.proved for r in rows.values()), \
        sum(r.all for r in rows.values())
    if opened or total.group(1) != total.group(2):
        raise Failure(f'proved {total.group(1)} of {total.group(2)} goals, '
                      f'open: {" ".join(opened)}')
    if counted[1] != int(total.group(2)):
        raise Failure(f'frama-c names {counted[1]} goals and counts '
                      f'{total.group(2)}')
    # To WP, a void is a char: bytes may be cast to it and back, no more but
    # what the unit names.
    known = {'uint8', 'sint8', *unit.get('read as', ())}
    casts = {cast for cast in CAST.findall(out) if not set(cast) <= known}
    if casts:
        raise Failure(f'casts that WP does not see through: {casts}')
    return rows


def prove_eva(build, name, unit):
    """Every obligation of the functions that the unit's main reaches."""
    table = f'{build}/proof/{name}.csv'
    args = ['-warn-invalid-pointer', '-rte', '-main', 'eva_main',
            f'{HERE}/eva/{unit["main"]}.c']
    args += unit.get('files', [])
    args += ['-then', '-eva', '-eva-no-print', '-eva-no-builtins-auto',
             '-eva-precision', '3', '-eva-slevel', '100000']
    if unit.get('contracts'):
        args += ['-eva-use-spec', ','.join(unit['contracts'])]
    for function, model in unit.get('models', {}).items():
        args += ['-eva-builtin', f'{function}:{model}']
    out = run(build, name, args + ['-then', '-report-csv', table],
              cpp=CPP_EVA)
    meant = UNITS.get(unit.get('meaning'), {'functions': ()})['functions']
    rows = {f: Row() for f in unit['functions']}
    opened = []
    with open(table, encoding='utf-8', newline='') as lines:
        for line in csv.DictReader(lines, delimiter='\t'):
            function = line['function']
            if function not in rows:
                continue
            if line['property kind'] == 'postcondition' and \
                    function in meant:
                continue
            status = line['status']
            if status == 'Dead' and unit.get('dead'):
                status = 'Valid'
            rows[function].add(status == 'Valid', 'Eva, ' + unit['bound'])
            if status != 'Valid':
                opened.append(f'{function}:{line["line"]} '
                              f'{line["property kind"]} {status}')
    if opened:
        raise Failure('not proved: ' + '; '.join(opened))
    look_for_alarms(out, meant)
    return rows


def look_for_alarms(out, meant):
    """Alarms, in whatever function; what functions of the list meant ensure
    is another unit's."""
    if 'alarms generated by the analysis' not in out:
        raise Failure('frama-c did not say how many alarms there are')
    alarms = []
    for place, text in ALARM.findall(out):
        after = POSTCONDITION.match(text)
        if not after or after.group(1) not in meant:
            alarms.append(f'{place} {text}')
    if alarms:
        raise Failure('alarms: ' + '; '.join(alarms))
    unknown = set(NO_CODE.findall(out))
    if unknown:
        raise Failure('neither code nor contract: ' + ' '.join(unknown))


def show(rows):
    """The table."""
    form = '{:<34} {:>11} {:>6}  {}'
    print(form.format('function', 'obligations', 'proved', 'by'))
    for function, row in sorted(rows.items()):
        print(form.format(function, row.all, row.proved,
                          '; '.join(sorted(row.by)) or 'nothing to prove'))
    print(form.format('all', sum(r.all for r in rows.values()),
                      sum(r.proved for r in rows.values()), ''))
    for function, reason in sorted(ASSUMED.items()):
        print(f'assumed: {function}: {reason}')


def main():
    """Proves, prints, and says whether all is well."""
    build = sys.argv[1]
    os.makedirs(f'{build}/proof/cache', exist_ok=True)
    wanted = sys.argv[2:] or list(UNITS)
    rows = {}
    failed = 0
    for name in wanted:
        unit = UNITS[name]
        prove = prove_wp if 'file' in unit else prove_eva
        try:
            for function, row in prove(build, name, unit).items():
                rows[f'{name}: {function}'] = row
            print(f'  PROVED  {name}', flush=True)
        except Failure as failure:
            print(f'  FAILED  {name}: {failure}', flush=True)
            failed += 1
    show(rows)
    if failed:
        sys.exit(f'make proof: {failed} of {len(wanted)} units not proved')
    print('make proof: everything is proved')


main()
