#!/usr/bin/env bash
# Start a SLURM of one node on this machine, for tests; print what to export to use it.
#
#   eval "$(tests/slurm/start.sh DIR)"      DIR receives configuration, state, logs and process ids
#   tests/slurm/stop.sh DIR
#
# Needs root. Installs Debian's slurm-wlm and munge if they are missing; changes nothing in /etc.
# Exits with 3 and a sentence where that is not possible.
set -euo pipefail

dir=$(mkdir -p "$1" && cd "$1" && pwd)
say() { echo "start.sh: $*" >&2; }
cannot() { say "$*"; exit 3; }

[ "$(id -u)" = 0 ] || cannot "SLURM cannot be started: this needs root"
for program in slurmctld slurmd munged sbatch; do
    command -v "$program" > /dev/null || missing=1
done
if [ "${missing:-}" = 1 ]; then
    command -v apt-get > /dev/null || cannot "SLURM cannot be installed: there is no apt"
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -q && apt-get install -q -y --no-install-recommends slurm-wlm munge; } \
        > "$dir/apt.log" 2>&1 || cannot "SLURM cannot be installed: apt failed, see $dir/apt.log"
fi

node=$(hostname -s)
memory=$(awk '/^MemTotal/ { print int($2 / 1024) }' /proc/meminfo) # megabytes
chmod 755 "$dir"
mkdir -p "$dir/state" "$dir/spool"

# munged insists on a key and a socket in directories that nobody else can write to
mkdir -p "$dir/munge" && chown munge:munge "$dir/munge" && chmod 755 "$dir/munge"
dd if=/dev/urandom of="$dir/munge/key" bs=1024 count=1 status=none
chown munge:munge "$dir/munge/key" && chmod 400 "$dir/munge/key"
runuser -u munge -- munged --force --key-file="$dir/munge/key" --socket="$dir/munge/socket" \
    --pid-file="$dir/munge/pid" --log-file="$dir/munge/log" --seed-file="$dir/munge/seed"

cat > "$dir/slurm.conf" << CONF
ClusterName=ceasefire
SlurmctldHost=$node(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$dir/munge/socket
SlurmctldPort=16817
SlurmdPort=16818
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.pid
SlurmctldLogFile=$dir/slurmctld.log
SlurmdLogFile=$dir/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
SchedulerParameters=batch_sched_delay=1,sched_interval=2
NodeName=$node NodeAddr=127.0.0.1 CPUs=$(nproc) RealMemory=$memory State=UNKNOWN
PartitionName=test Nodes=$node Default=YES MaxTime=INFINITE State=UP
CONF

export SLURM_CONF="$dir/slurm.conf"
slurmctld > "$dir/start.log" 2>&1 || cannot "slurmctld did not start, see $dir/slurmctld.log"
slurmd -N "$node" >> "$dir/start.log" 2>&1 || cannot "slurmd did not start, see $dir/slurmd.log"
for _ in $(seq 60); do
    case $(sinfo -h -o %T 2> /dev/null) in idle | mixed | allocated) ready=1; break ;; esac
    sleep 0.5
done
[ "${ready:-}" = 1 ] || cannot "the node did not become ready: $(sinfo -h -o '%T %E' 2>&1 | head -1)"
echo "export SLURM_CONF=$SLURM_CONF"
