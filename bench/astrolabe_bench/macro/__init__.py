"""How the entrants of a race are run: one driver a file, named in the race's file.

A driver has measures(arena), which gives by entrant a function that takes one sample {metric: value or list
of values}; METRICS or metric(name) for (unit, which is better); COMPARED, the metric whose ratio decides how
many rounds are taken against a baseline; facts(arena, samples), what is json-able and no sample.
"""
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
