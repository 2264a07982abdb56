// raw_inotify FOLDER: the least that a watcher can do, as a yardstick. Prints the name of each file that is moved into the folder.
#include <stdio.h>
#include <sys/inotify.h>
#include <unistd.h>

int main(int count, char **arguments) {
    _Alignas(struct inotify_event) char buffer[65536];
    int watcher = inotify_init1(IN_CLOEXEC);
    if (count != 2 || watcher < 0 || inotify_add_watch(watcher, arguments[1], IN_MOVED_TO) < 0) {
        perror("raw_inotify");
        return 1;
    }
    puts("watching");
    fflush(stdout);
    for (;;) {
        ssize_t size = read(watcher, buffer, sizeof buffer);
        if (size <= 0) return 1;
        for (char *next = buffer; next < buffer + size; next += sizeof(struct inotify_event) + ((struct inotify_event *)next)->len) {
            struct inotify_event *event = (struct inotify_event *)next;
            if (event->len > 0) puts(event->name);
        }
        fflush(stdout);
    }
}
