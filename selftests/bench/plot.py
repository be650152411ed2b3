#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
#
# Draws what bench.sh has measured and what is a line rather than a number: SVG, with
# nothing but Python's own library, so that it is drawn wherever the bench runs.
#
#   plot.py RESULTS.json FOLDER

import json
import math
import os
import sys

WIDTH, HEIGHT = 640, 400
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 40, 50
COLOURS = ['#1b6ca8', '#c8553d', '#3a7d44', '#7a5195']

# figure: title, x axis, its scale, y axis, its scale
PLOTS = {
    'growth': ('What a claim costs as bindings grow', 'bindings', 'log',
               'instructions', 'log'),
    'convergence': ('From the first frame on the new host to the remote entry',
                    'move', 'linear', 'ms', 'log'),
}


class Axis:
    """Maps values to places between two pixels."""

    def __init__(self, values, scale, start, end):
        self.log = scale == 'log'
        self.start, self.end = start, end
        if self.log:
            self.low = math.floor(math.log10(min(values)))
            self.high = max(math.ceil(math.log10(max(values))), self.low + 1)
        else:
            self.low, self.high = 0, max(values) * 1.05

    def place(self, value):
        value = math.log10(value) if self.log else value
        part = (value - self.low) / (self.high - self.low)
        return self.start + part * (self.end - self.start)

    def ticks(self):
        if self.log:
            return [10 ** n for n in range(self.low, self.high + 1)]
        step = 10 ** math.floor(math.log10(self.high))
        if self.high / step < 4:
            step /= 2
        return [n * step for n in range(int(self.high / step) + 1)]


def text(x, y, words, anchor='middle', more=''):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {more}>{words}</text>'


def line(x1, y1, x2, y2, colour):
    return (f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
            f'stroke="{colour}"/>')


def frame(x, y, title, xname, yname):
    out = []
    for tick in x.ticks():
        at = x.place(tick)
        out += [line(at, HEIGHT - BOTTOM, at, TOP, '#ddd'),
                text(at, HEIGHT - BOTTOM + 16, f'{tick:,g}')]
    for tick in y.ticks():
        at = y.place(tick)
        out += [line(LEFT, at, WIDTH - RIGHT, at, '#ddd'),
                text(LEFT - 6, at + 4, f'{tick:,g}', 'end')]
    out += [text(WIDTH / 2, 20, title, more='font-size="14"'),
            text(WIDTH / 2, HEIGHT - 12, xname),
            text(16, HEIGHT / 2, yname,
                 more=f'transform="rotate(-90 16 {HEIGHT / 2:.0f})"')]
    return out


def curve(number, name, points, x, y):
    colour = COLOURS[number % len(COLOURS)]
    places = [(x.place(a), y.place(b)) for a, b in sorted(points)]
    path = ' '.join(f'{a:.1f},{b:.1f}' for a, b in places)
    at = TOP + 14 + 16 * number
    out = [f'<polyline points="{path}" fill="none" stroke="{colour}"/>']
    out += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="2.5" fill="{colour}"/>'
            for a, b in places]
    out += [line(LEFT + 10, at - 4, LEFT + 30, at - 4, colour),
            text(LEFT + 36, at, name, 'start')]
    return out


def draw(figure, points, source):
    title, xname, xscale, yname, yscale = PLOTS[figure]
    series = {}
    for p in points:
        series.setdefault(p['series'], []).append((p['x'], max(p['y'], 0.001)))
    x = Axis([p['x'] for p in points], xscale, LEFT, WIDTH - RIGHT)
    y = Axis([max(p['y'], 0.001) for p in points], yscale, HEIGHT - BOTTOM, TOP)
    out = ['<?xml version="1.0" encoding="UTF-8"?>',
           '<!-- SPDX-License-Identifier: GPL-2.0-only -->',
           f'<!-- {source} -->',
           f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" '
           f'height="{HEIGHT}" font-family="sans-serif" font-size="11">',
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>']
    out += frame(x, y, title, xname, yname)
    for number, (name, places) in enumerate(series.items()):
        out += curve(number, name, places, x, y)
    return '\n'.join(out + ['</svg>', ''])


def main():
    if len(sys.argv) != 3:
        sys.exit('usage: plot.py RESULTS.json FOLDER')
    with open(sys.argv[1], encoding='utf-8') as f:
        results = json.load(f)
    for entry in results['figures']:
        figure, points = entry['figure'], entry['points']
        if figure not in PLOTS or not points:
            continue
        source = (f'PLOTS={os.path.relpath(sys.argv[2])} selftests/bench.sh {figure}; '
                  f'{results["kernel"]}, {results["date"]}')
        path = os.path.join(sys.argv[2], f'bench-{figure}.svg')
        with open(path, 'w', encoding='utf-8') as f:
            f.write(draw(figure, points, source))
        print(f'plot: {path}')


if __name__ == '__main__':
    main()
