#!/usr/bin/env bash
# Stop the SLURM that start.sh started in DIR, and nothing else.
set -u
for file in slurmd.pid slurmctld.pid munge/pid; do
    [ -f "$1/$file" ] && kill "$(cat "$1/$file")" 2> /dev/null
done
exit 0
