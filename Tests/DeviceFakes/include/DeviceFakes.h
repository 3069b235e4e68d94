// Devices without a kernel driver, for tests only: this target's own ioctl(2) stands in front of libc's and answers for
// descriptors that were registered; all others pass through.
#ifndef KAOTAI_DEVICE_FAKES_H
#define KAOTAI_DEVICE_FAKES_H

#include <stdint.h>

#define DEVICE_FAKES_SLOTS 10

// A framebuffer behind every descriptor of this file (by inode); returns its number.
int fake_fb_register(int fd, unsigned width, unsigned height, unsigned stride, unsigned bits, unsigned red_offset);
int fake_fb_puts(int fake);         // mode set with FB_ACTIVATE_FORCE so many times
int fake_fb_unblanks(int fake);

// A multi-touch panel of protocol B behind one end of a socket pair.
int fake_touch_register(int fd, int minimum, int maximum_x, int maximum_y);
void fake_touch_set_slot(int fake, int slot, int tracking, int x, int y); // what the panel's state is when asked
void fake_touch_refuse_grab(int fake, int refuse);
int fake_touch_grabs(int fake);
int fake_touch_clock(int fake);     // the clock that was asked for, -1 when none
void fake_touch_unplug(int fake);   // read(2) now gives ENODEV

void fake_unregister(int fake);

#endif
