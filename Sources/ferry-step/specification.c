#define _GNU_SOURCE
#include "specification.h"

#include "filter.h"
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const uint32_t longest_message = 256u << 20;

static int read_all(void *bytes, size_t count) {
    for (size_t done = 0; done < count;) {
        ssize_t piece = read(STDIN_FILENO, (char *)bytes + done, count - done);
        if (piece < 0 && errno == EINTR) continue;
        if (piece <= 0) return -1;
        done += (size_t)piece;
    }
    return 0;
}

static uint32_t number(const uint8_t *bytes) {
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static int blob(const void *bytes, size_t count) {
    int fd = memfd_create("ferry", 0);
    if (fd < 0) return -1;
    for (size_t done = 0; done < count;) {
        ssize_t piece = write(fd, (const char *)bytes + done, count - done);
        if (piece <= 0) return -1;
        done += (size_t)piece;
    }
    return lseek(fd, 0, SEEK_SET) == 0 ? fd : -1;
}

static int add_argument(struct specification *out, char *text) {
    char **longer = realloc(out->arguments, (out->argument_count + 2) * sizeof *longer);
    if (!longer || !text) return fail("helper", "out of memory", "");
    out->arguments = longer;
    out->arguments[out->argument_count++] = text;
    out->arguments[out->argument_count] = NULL;
    return 0;
}

static int add_descriptor(struct specification *out, int fd, const char *kind, const char *what) {
    char *text;
    if (fd < 0) return fail(kind, strerror(errno), what);
    if (asprintf(&text, "%d", fd) < 0) return fail("helper", "out of memory", "");
    return add_argument(out, text);
}

// Moves the options that were added so far into a file (bwrap(1), --args): everybody on the machine can read the arguments of a process.
static int end_options(struct specification *out) {
    int fd = memfd_create("ferry-arguments", 0);
    if (fd < 0) return fail("helper", strerror(errno), "arguments");
    for (size_t i = 1; i < out->argument_count; i++) {
        size_t size = strlen(out->arguments[i]) + 1;
        if (write(fd, out->arguments[i], size) != (ssize_t)size) return fail("helper", strerror(errno), "arguments");
    }
    if (lseek(fd, 0, SEEK_SET) != 0 || out->argument_count == 0) return fail("helper", strerror(errno), "arguments");
    out->argument_count = 1;
    static char option[] = "--args";
    return add_argument(out, option) == 0 ? add_descriptor(out, fd, "helper", "arguments") : -1;
}

// A pipe for bubblewrap: its end is inherited, ours is not.
static int make_pipe(int *theirs, int *ours, int their_index) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    *theirs = ends[their_index];
    *ours = ends[1 - their_index];
    return fcntl(*theirs, F_SETFD, 0) == 0 ? *theirs : -1;
}

static int socket_descriptor(const char *path) {
    struct stat status;
    int fd = open(path, O_PATH | O_NOFOLLOW);
    if (fd < 0 || (fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode))) return fd;
    close(fd);
    errno = ENOTSOCK;
    return -1;
}

static int take_field(struct specification *out, char tag, char *text, size_t length) {
    switch (tag) {
    case 'B': out->bubblewrap = text; return 0;
    case 'C': out->cgroup = text; return 0;
    case 'T': out->deadline_ms = atoll(text); return 0;
    case 'N': out->open_files = atoll(text); return 0;
    case 'P': out->processes = atoll(text); return 0;
    case 'F': out->file_bytes = atoll(text); return 0;
    case 'M': out->memory_bytes = atoll(text); return 0;
    case 'I': out->input = blob(text, length); return out->input < 0 ? fail("helper", strerror(errno), "input") : 0;
    case 'A': return add_argument(out, text);
    case 'D': return add_descriptor(out, blob(text, length), "helper", "data");
    // Ferry sends resolved paths: a link in the last place was put there since.
    case 'O': return add_descriptor(out, open(text, O_PATH | O_NOFOLLOW | O_DIRECTORY), "policy", text);
    case 'E': return end_options(out);
    case 'U': return add_descriptor(out, socket_descriptor(text), "policy", text);
    case 'X': return add_descriptor(out, open("/proc/self/exe", O_PATH), "helper", "/proc/self/exe");
    case 'S': return add_descriptor(out, filter_descriptor(), "helper", "seccomp filter");
    case 'J':
        if (make_pipe(&out->status_writer, &out->status, 1) < 0 || fcntl(out->status, F_SETFL, O_NONBLOCK) != 0)
            return fail("helper", strerror(errno), "pipe");
        return add_descriptor(out, out->status_writer, "helper", "pipe");
    case 'G': return add_descriptor(out, make_pipe(&out->gate, &out->gate_writer, 0), "helper", "pipe");
    default: return fail("helper", "unknown field", "specification");
    }
}

int read_specification(struct specification *out) {
    uint8_t start[12];
    *out = (struct specification){.input = -1, .status = -1, .status_writer = -1, .gate = -1, .gate_writer = -1};
    if (read_all(start, sizeof start) != 0 || memcmp(start, "FERRYST1", 8) != 0) return fail("helper", "not a specification", "");
    uint32_t left = number(start + 8);
    if (left > longest_message) return fail("helper", "specification too long", "");
    while (left > 0) {
        uint8_t field[5];
        if (left < sizeof field || read_all(field, sizeof field) != 0) return fail("helper", "specification cut short", "");
        left -= (uint32_t)sizeof field;
        uint32_t length = number(field + 1);
        // Kept until the process ends: arguments point into it.
        char *text = length <= left ? malloc((size_t)length + 1) : NULL;
        if (!text || read_all(text, length) != 0) return fail("helper", "specification cut short", "");
        text[length] = 0;
        left -= length;
        if (take_field(out, (char)field[0], text, length) != 0) return -1;
    }
    if (!out->bubblewrap || !out->arguments || out->status < 0 || out->gate < 0) return fail("helper", "specification incomplete", "");
    return 0;
}
