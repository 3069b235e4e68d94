#define _GNU_SOURCE
#include "DeviceFakes.h"

#include <dlfcn.h>
#include <errno.h>
#include <linux/fb.h>
#include <linux/input.h>
#include <pthread.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum kind { FREE, FRAMEBUFFER, TOUCH };

struct fake {
    enum kind kind;
    dev_t device;
    ino_t inode;
    struct fb_var_screeninfo variable;
    struct fb_fix_screeninfo fixed;
    // Set by a test while a driver reads.
    _Atomic int puts, unblanks;
    _Atomic int minimum, maximum_x, maximum_y, refuse_grab, grabs, clock, unplugged;
    _Atomic int slots[DEVICE_FAKES_SLOTS][3]; // tracking, x, y
};

static struct fake fakes[256];
static int used;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int add(int fd, enum kind kind) {
    struct stat status;
    if (fstat(fd, &status) != 0) return -1;
    pthread_mutex_lock(&lock);
    int number = -1;
    for (int i = 0; i < 256 && number < 0; i++)
        if (fakes[i].kind == FREE) number = i;
    if (number >= 0) {
        memset(&fakes[number], 0, sizeof fakes[number]);
        fakes[number].kind = kind;
        fakes[number].device = status.st_dev;
        fakes[number].inode = status.st_ino;
        fakes[number].clock = -1;
        __atomic_add_fetch(&used, 1, __ATOMIC_SEQ_CST);
    }
    pthread_mutex_unlock(&lock);
    return number;
}

static struct fake *find(int fd) {
    if (__atomic_load_n(&used, __ATOMIC_SEQ_CST) == 0) return NULL;
    struct stat status;
    if (fstat(fd, &status) != 0) return NULL;
    struct fake *found = NULL;
    pthread_mutex_lock(&lock);
    for (int i = 0; i < 256 && !found; i++)
        if (fakes[i].kind != FREE && fakes[i].device == status.st_dev && fakes[i].inode == status.st_ino)
            found = &fakes[i];
    pthread_mutex_unlock(&lock);
    return found;
}

void fake_unregister(int fake) {
    pthread_mutex_lock(&lock);
    fakes[fake].kind = FREE;
    __atomic_sub_fetch(&used, 1, __ATOMIC_SEQ_CST);
    pthread_mutex_unlock(&lock);
}

int fake_fb_register(int fd, unsigned width, unsigned height, unsigned stride, unsigned bits, unsigned red_offset) {
    int number = add(fd, FRAMEBUFFER);
    if (number < 0) return -1;
    struct fb_var_screeninfo *v = &fakes[number].variable;
    v->xres = v->xres_virtual = width;
    v->yres = v->yres_virtual = height;
    v->bits_per_pixel = bits;
    v->red.offset = red_offset;
    v->green.offset = 8;
    v->blue.offset = 16 - red_offset;
    v->width = 300;
    v->height = 200;
    fakes[number].fixed.line_length = stride;
    return number;
}
int fake_fb_puts(int fake) { return fakes[fake].puts; }
int fake_fb_unblanks(int fake) { return fakes[fake].unblanks; }

int fake_touch_register(int fd, int minimum, int maximum_x, int maximum_y) {
    int number = add(fd, TOUCH);
    if (number < 0) return -1;
    fakes[number].minimum = minimum;
    fakes[number].maximum_x = maximum_x;
    fakes[number].maximum_y = maximum_y;
    for (int i = 0; i < DEVICE_FAKES_SLOTS; i++) fakes[number].slots[i][0] = -1;
    return number;
}
void fake_touch_set_slot(int fake, int slot, int tracking, int x, int y) {
    fakes[fake].slots[slot][0] = tracking;
    fakes[fake].slots[slot][1] = x;
    fakes[fake].slots[slot][2] = y;
}
void fake_touch_refuse_grab(int fake, int refuse) { fakes[fake].refuse_grab = refuse; }
int fake_touch_grabs(int fake) { return fakes[fake].grabs; }
int fake_touch_clock(int fake) { return fakes[fake].clock; }
void fake_touch_unplug(int fake) { fakes[fake].unplugged = 1; }

static int framebuffer(struct fake *f, unsigned long request, void *argument) {
    switch (request) {
    case FBIOGET_VSCREENINFO: memcpy(argument, &f->variable, sizeof f->variable); return 0;
    case FBIOGET_FSCREENINFO: memcpy(argument, &f->fixed, sizeof f->fixed); return 0;
    case FBIOPUT_VSCREENINFO:
        if (((struct fb_var_screeninfo *)argument)->activate & FB_ACTIVATE_FORCE) f->puts++;
        return 0;
    case FBIOBLANK: f->unblanks++; return 0;
    default: errno = ENOTTY; return -1;
    }
}

static void set_bit(unsigned char *bits, size_t size, unsigned bit) {
    if (bit / 8 < size) bits[bit / 8] |= 1u << (bit % 8);
}

static int touch(struct fake *f, unsigned long request, void *argument) {
    unsigned number = _IOC_NR(request);
    size_t size = _IOC_SIZE(request);
    if (_IOC_TYPE(request) != 'E') { errno = ENOTTY; return -1; }
    if (number == _IOC_NR(EVIOCGRAB)) {
        if (argument && f->refuse_grab) { errno = EBUSY; return -1; }
        if (argument) f->grabs++;
        return 0;
    }
    if (number == _IOC_NR(EVIOCSCLOCKID)) { f->clock = *(int *)argument; return 0; }
    if (number == _IOC_NR(EVIOCGMTSLOTS(0))) {
        int *values = argument;
        int code = values[0];
        for (size_t i = 0; i < DEVICE_FAKES_SLOTS && (i + 2) * sizeof(int) <= size; i++)
            values[i + 1] = code == ABS_MT_TRACKING_ID  ? f->slots[i][0]
                            : code == ABS_MT_POSITION_X ? f->slots[i][1]
                            : code == ABS_MT_POSITION_Y ? f->slots[i][2] : 0;
        return 0;
    }
    if (number >= 0x40 && number < 0x80) { // EVIOCGABS
        struct input_absinfo *info = argument;
        memset(info, 0, sizeof *info);
        unsigned code = number - 0x40;
        info->minimum = f->minimum;
        if (code == ABS_MT_SLOT) { info->minimum = 0; info->maximum = DEVICE_FAKES_SLOTS - 1; }
        if (code == ABS_MT_TRACKING_ID) { info->minimum = 0; info->maximum = 65535; }
        if (code == ABS_MT_POSITION_X) info->maximum = f->maximum_x;
        if (code == ABS_MT_POSITION_Y) info->maximum = f->maximum_y;
        return 0;
    }
    if (argument && (request & ((unsigned long)_IOC_READ << _IOC_DIRSHIFT))) memset(argument, 0, size);
    if (number == 0x01) { *(int *)argument = EV_VERSION; return 0; }
    if (number == 0x02) return 0;
    if (number == 0x06) { strncpy(argument, "Fake panel", size); return 11; }
    if (number == 0x07 || number == 0x08) { errno = ENOENT; return -1; }
    if (number == 0x09) { set_bit(argument, size, INPUT_PROP_DIRECT); return (int)size; }
    if (number == 0x20) { set_bit(argument, size, EV_SYN); set_bit(argument, size, EV_ABS); return (int)size; }
    if (number == 0x20 + EV_ABS) {
        set_bit(argument, size, ABS_MT_SLOT);
        set_bit(argument, size, ABS_MT_TRACKING_ID);
        set_bit(argument, size, ABS_MT_POSITION_X);
        set_bit(argument, size, ABS_MT_POSITION_Y);
        set_bit(argument, size, ABS_MT_TOOL_TYPE);
        return (int)size;
    }
    return 0;
}

int ioctl(int fd, unsigned long request, ...) {
    va_list list;
    va_start(list, request);
    void *argument = va_arg(list, void *);
    va_end(list);
    struct fake *f = find(fd);
    if (f) return f->kind == TOUCH ? touch(f, request, argument) : framebuffer(f, request, argument);
    int (*next)(int, unsigned long, ...) = (int (*)(int, unsigned long, ...))dlsym(RTLD_NEXT, "ioctl");
    return next(fd, request, argument);
}

ssize_t read(int fd, void *buffer, size_t size) {
    static ssize_t (*_Atomic found)(int, void *, size_t);
    ssize_t (*next)(int, void *, size_t) = found;
    if (!next) found = next = (ssize_t(*)(int, void *, size_t))dlsym(RTLD_NEXT, "read");
    struct fake *f = find(fd);
    if (f && f->kind == TOUCH && f->unplugged) { errno = ENODEV; return -1; }
    return next(fd, buffer, size);
}
