// What Ferry asks for: one message on standard input, which then stays open as the control pipe.
//
//     "FERRYST1", length (u32), then fields until the length is used up: tag (1 byte), length (u32), bytes.
//     Numbers are little-endian; numbers inside fields are decimal text.
//
// Sources/FerrySandbox/StepSpecification.swift writes it.
#ifndef FERRY_STEP_SPECIFICATION_H
#define FERRY_STEP_SPECIFICATION_H

#include <stddef.h>

struct specification {
    char *bubblewrap;
    long long deadline_ms;
    long long open_files;
    long long processes;
    long long file_bytes;
    long long memory_bytes;
    // The delegated cgroup in which a child is made for this step; NULL without one.
    char *cgroup;
    // Becomes standard input of the command; -1 is /dev/null.
    int input;
    // argv of bubblewrap with descriptors in place of their placeholders, NULL at the end.
    char **arguments;
    size_t argument_count;
    // bubblewrap's status messages come out of `status`; it goes on once `gate_writer` is closed.
    int status, status_writer;
    int gate, gate_writer;
};

// Reads the message and opens what it names. Returns 0, or -1 after `fail` has noted why.
int read_specification(struct specification *out);

#endif
