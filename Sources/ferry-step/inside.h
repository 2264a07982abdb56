// In the sandbox, in front of the command: connects the sockets of Ferry's that were put into it, and becomes the command.
//
//     --proxy PORT SOCKET    offers the socket on 127.0.0.1:PORT, for as long as the sandbox lives
//     --streams SOCKET       the command's standard input and output
//     -- COMMAND...
#ifndef FERRY_STEP_INSIDE_H
#define FERRY_STEP_INSIDE_H

// Returns only where it fails, with the exit status for it: 125, or those of shells for a command that cannot be executed.
int inside(char **arguments);

#endif
