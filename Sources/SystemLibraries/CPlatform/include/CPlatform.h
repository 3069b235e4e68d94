// What Glibc's headers keep from Swift: variadic functions, function-like macros and GNU extensions.
// Each function says why it exists; nothing else lives here.
#ifndef KAOTAI_CPLATFORM_H
#define KAOTAI_CPLATFORM_H

#include <linux/fb.h>
#include <linux/input.h>
#include <spawn.h>
#include <stddef.h>
#include <stdint.h>

// struct ucred is a GNU extension.
int cplatform_peer_credentials(int socket, int *process, unsigned *user, unsigned *group);

// open(2), fcntl(2) and ioctl(2) are variadic.
int cplatform_open(const char *path, int flags, unsigned mode);
int cplatform_fcntl(int fd, int command, int value);
int cplatform_fb_get_var(int fd, struct fb_var_screeninfo *info);
int cplatform_fb_get_fix(int fd, struct fb_fix_screeninfo *info);
int cplatform_fb_put_var(int fd, struct fb_var_screeninfo *info);
int cplatform_fb_blank(int fd, int level);
int cplatform_input_grab(int fd, int grab);
int cplatform_input_clock(int fd, int clock);

// malloc_trim(3) and mallopt(3) are GNU extensions: memory that nobody uses goes back to the kernel.
int cplatform_malloc_trim(void);
int cplatform_malloc_return_blocks(int size);

// posix_spawn_file_actions_addclosefrom_np(3) is a GNU extension.
int cplatform_spawn_close_from(posix_spawn_file_actions_t *actions, int first);

// getrandom(2), prctl(2) and memfd_create(2) are not in Swift's Glibc module.
long cplatform_getrandom(void *buffer, size_t size);
int cplatform_die_with_parent(int signal);
int cplatform_forbid_core_dumps(void);
int cplatform_memory_file(const char *name);

#endif
