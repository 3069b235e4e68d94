#include <rfb/rfb.h>

// rfbInitServer is a macro: its expansion names how the library was built.
static inline void cvncserver_init(rfbScreenInfoPtr screen) { rfbInitServer(screen); }
