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

// Memory in files that no process has mapped can hide from `tree_memory`: on their way through a socket, or behind more descriptors than are looked at. It is
// still the machine's. True where less than an eighth of that is left, and its shared memory has grown by more than the limit.
long long shared_memory_of_machine(void);
bool machine_runs_short(long long shared_before, long long limit);

// SIGKILL to every direct child of ours.
void kill_children(void);

#endif
