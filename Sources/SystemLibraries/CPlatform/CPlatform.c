#define _GNU_SOURCE
#include "CPlatform.h"

#include <fcntl.h>
#include <malloc.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>

int cplatform_peer_credentials(int socket, int *process, unsigned *user, unsigned *group) {
    struct ucred credentials;
    socklen_t size = sizeof credentials;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return -1;
    *process = credentials.pid;
    *user = credentials.uid;
    *group = credentials.gid;
    return 0;
}

int cplatform_open(const char *path, int flags, unsigned mode) { return open(path, flags, mode); }
int cplatform_fcntl(int fd, int command, int value) { return fcntl(fd, command, value); }
int cplatform_fb_get_var(int fd, struct fb_var_screeninfo *info) { return ioctl(fd, FBIOGET_VSCREENINFO, info); }
int cplatform_fb_get_fix(int fd, struct fb_fix_screeninfo *info) { return ioctl(fd, FBIOGET_FSCREENINFO, info); }
int cplatform_fb_put_var(int fd, struct fb_var_screeninfo *info) { return ioctl(fd, FBIOPUT_VSCREENINFO, info); }
int cplatform_fb_blank(int fd, int level) { return ioctl(fd, FBIOBLANK, level); }
int cplatform_input_grab(int fd, int grab) { return ioctl(fd, EVIOCGRAB, grab); }
int cplatform_input_clock(int fd, int clock) { return ioctl(fd, EVIOCSCLOCKID, &clock); }
int cplatform_spawn_close_from(posix_spawn_file_actions_t *actions, int first) {
    return posix_spawn_file_actions_addclosefrom_np(actions, first);
}
int cplatform_malloc_trim(void) { return malloc_trim(0); }
int cplatform_malloc_return_blocks(int size) { return mallopt(M_MMAP_THRESHOLD, size); }
long cplatform_getrandom(void *buffer, size_t size) { return getrandom(buffer, size, 0); }
int cplatform_die_with_parent(int signal) { return prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0); }
int cplatform_forbid_core_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }
int cplatform_memory_file(const char *name) { return memfd_create(name, MFD_CLOEXEC); }
