// The process tree of a sandbox, seen from outside.
#ifndef FERRY_STEP_TREE_H
#define FERRY_STEP_TREE_H

#include <stdbool.h>
#include <sys/types.h>

// Whether this kernel lists children (CONFIG_PROC_CHILDREN); without it memory is not watched.
bool can_list_children(void);

// Bytes of memory that `root` and everything below it hold, files in memory (memfd_create) that they have open included. Shared pages are counted for each process that maps
// them, unless that passes `limit`: then they are divided among them, which takes longer to find out.
long long tree_memory(pid_t root, long long limit);

// Memory can hide from `tree_memory`: in files that no process has mapped, on their way through a socket or behind more descriptors than are looked at, and in the
// kernel's own buffers. It is still the machine's. True where less than a sixteenth of that is left, and more than the limit has gone since.
long long memory_left(void);
bool machine_runs_short(long long left_before, long long limit);

// SIGKILL to every direct child of ours.
void kill_children(void);

#endif
