// A driver for pcscd with up to 16 card readers that exist only as Unix sockets: for demos and tests.
//
// A card is a client of a reader's socket: connecting lays it on the reader, closing takes it away. Frames both ways
// are a length of two bytes, big-endian, and so many bytes. A frame of one byte from the reader is a command to the
// card's power: OFF, ON, RESET (no answer) or ATR (the card answers with its ATR; an empty one is a mute card). Any
// other frame is a command APDU and is answered with a response APDU. The same protocol is spoken by vsmartcard's vpcd.
//
// In pcscd's reader.conf (pcscd looks at DEVICENAME up to its colon, which so has to be a path that exists):
//
//     FRIENDLYNAME "Kaotai Virtual Reader"
//     DEVICENAME   /folder/of/sockets:seat-1
//     LIBPATH      /path/to/libVirtualReader.so
//     CHANNELID    1
//
// gives a reader with the serial number "seat-1" at /folder/of/sockets/seat-1.sock. VIRTUAL_READER_TIMEOUT_MS in pcscd's
// environment says how long a card may take for an answer (5000).
#define _GNU_SOURCE
#include "VirtualReader.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>
#include <fcntl.h>

#define READERS 16
#define NONE (-1)
#define VENDOR "Kaotai"

enum power_command { CARD_OFF = 0, CARD_ON = 1, CARD_RESET = 2, CARD_ATR = 4 };

struct reader {
    bool open;
    char folder[108];
    char name[64];
    uint32_t channel;
    int listener;
    int card;
    // Written to, it ends the wait of pcscd's event thread.
    int wake[2];
    // A removal that pcscd has seen once only; see IFDHICCPresence.
    bool removal_to_repeat;
    unsigned char atr[MAX_ATR_SIZE];
    size_t atr_length;
    // Held during an exchange, so that the card is not closed under it.
    pthread_mutex_t exchange;
};

static struct reader readers[READERS];
static pthread_once_t prepared = PTHREAD_ONCE_INIT;

static void prepare(void) {
    for (int i = 0; i < READERS; i++) {
        struct reader *reader = &readers[i];
        reader->listener = reader->card = reader->wake[0] = reader->wake[1] = NONE;
        pthread_mutex_init(&reader->exchange, NULL);
    }
}

// pcscd's logical unit number: the reader in the upper half, its slot (always 0) in the lower one.
static struct reader *reader_of(DWORD lun) {
    DWORD index = (lun >> 16) & 0xFFFF;
    bool known = index < READERS && (lun & 0xFFFF) == 0 && readers[index].open;
    return known ? &readers[index] : NULL;
}

static void close_descriptor(int *descriptor) {
    if (*descriptor != NONE) close(*descriptor);
    *descriptor = NONE;
}

// ---- Frames

static bool send_frame(int card, const unsigned char *bytes, size_t length) {
    // One send a frame: length and payload apart would meet delayed acknowledgements on other transports.
    unsigned char *frame = malloc(length + 2);
    if (frame == NULL) return false;
    frame[0] = (unsigned char)(length >> 8);
    frame[1] = (unsigned char)length;
    memcpy(frame + 2, bytes, length);
    size_t sent = 0;
    while (sent < length + 2) {
        ssize_t count = send(card, frame + sent, length + 2 - sent, MSG_NOSIGNAL);
        if (count <= 0) break;
        sent += (size_t)count;
    }
    free(frame);
    return sent == length + 2;
}

enum outcome { RECEIVED, TIMED_OUT, GONE };

static enum outcome receive_bytes(int card, unsigned char *bytes, size_t length) {
    size_t received = 0;
    while (received < length) {
        ssize_t count = recv(card, bytes + received, length - received, 0);
        if (count > 0) {
            received += (size_t)count;
        } else if (count < 0 && errno == EINTR) {
            continue;
        } else {
            return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? TIMED_OUT : GONE;
        }
    }
    return RECEIVED;
}

static RESPONSECODE response_of(enum outcome outcome) {
    switch (outcome) {
    case RECEIVED: return IFD_SUCCESS;
    case TIMED_OUT: return IFD_RESPONSE_TIMEOUT;
    case GONE: break;
    }
    return IFD_COMMUNICATION_ERROR;
}

// Sends a frame and receives its answer; *answer_length is the room on entry, the answer's length on return.
static RESPONSECODE exchange(
    struct reader *reader, const unsigned char *command, size_t length, unsigned char *answer, size_t *answer_length) {
    size_t room = *answer_length;
    *answer_length = 0;
    if (length > 0xFFFF) return IFD_COMMUNICATION_ERROR;

    pthread_mutex_lock(&reader->exchange);
    int card = reader->card;
    RESPONSECODE response = IFD_ICC_NOT_PRESENT;
    if (card != NONE) {
        unsigned char header[2];
        response = IFD_COMMUNICATION_ERROR;
        if (send_frame(card, command, length)) response = response_of(receive_bytes(card, header, sizeof header));
        if (response == IFD_SUCCESS) {
            size_t announced = (size_t)header[0] << 8 | header[1];
            response = announced > room ? IFD_ERROR_INSUFFICIENT_BUFFER
                                        : response_of(receive_bytes(card, answer, announced));
            if (response == IFD_SUCCESS) *answer_length = announced;
        }
        // After a failure the frames are out of step. The presence check finds the connection closed.
        if (response != IFD_SUCCESS) shutdown(card, SHUT_RDWR);
    }
    pthread_mutex_unlock(&reader->exchange);
    return response;
}

// ---- Readers come and go

static bool listen_at(struct reader *reader, unsigned index) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int length =
        snprintf(address.sun_path, sizeof address.sun_path, "%s/%s.sock", reader->folder, reader->name);
    if (length < 0 || (size_t)length >= sizeof address.sun_path) return false;
    unlink(address.sun_path);
    reader->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    // 0x00F0: a channel of the maker's own kind (PC/SC part 3), so that nobody looks for a USB port.
    reader->channel = 0x00F00000u | index;
    return reader->listener != NONE && bind(reader->listener, (struct sockaddr *)&address, sizeof address) == 0
        && chmod(address.sun_path, 0660) == 0 && listen(reader->listener, 4) == 0
        && pipe2(reader->wake, O_CLOEXEC | O_NONBLOCK) == 0;
}

static void release(struct reader *reader) {
    close_descriptor(&reader->card);
    close_descriptor(&reader->listener);
    close_descriptor(&reader->wake[0]);
    close_descriptor(&reader->wake[1]);
    reader->open = false;
}

RESPONSECODE IFDHCreateChannelByName(DWORD lun, char *device) {
    pthread_once(&prepared, prepare);
    unsigned index = (lun >> 16) & 0xFFFF;
    if (index >= READERS || (lun & 0xFFFF) != 0) return IFD_COMMUNICATION_ERROR;
    struct reader *reader = &readers[index];
    if (sscanf(device, "%107[^:]:%63[^:]", reader->folder, reader->name) != 2) return IFD_COMMUNICATION_ERROR;
    reader->atr_length = 0;
    reader->removal_to_repeat = false;
    reader->open = listen_at(reader, index);
    if (!reader->open) release(reader);
    return reader->open ? IFD_SUCCESS : IFD_COMMUNICATION_ERROR;
}

RESPONSECODE IFDHCreateChannel(DWORD lun, DWORD channel) {
    (void)lun;
    (void)channel;
    return IFD_NOT_SUPPORTED;
}

RESPONSECODE IFDHCloseChannel(DWORD lun) {
    struct reader *reader = reader_of(lun);
    if (reader == NULL) return IFD_COMMUNICATION_ERROR;
    release(reader);
    return IFD_SUCCESS;
}

// ---- Cards come and go

// Sleeps on pcscd's event thread until a card may have moved, so that pcscd need not ask every 400 ms.
static RESPONSECODE wait_for_movement(DWORD lun, int milliseconds) {
    struct reader *reader = reader_of(lun);
    if (reader == NULL) return IFD_COMMUNICATION_ERROR;
    int card = reader->card;
    struct pollfd watched[2] = {
        {.fd = card != NONE ? card : reader->listener, .events = card != NONE ? POLLRDHUP : POLLIN},
        {.fd = reader->wake[0], .events = POLLIN},
    };
    poll(watched, 2, milliseconds);
    char drained[16];
    while (read(reader->wake[0], drained, sizeof drained) > 0) continue;
    return IFD_SUCCESS;
}

static RESPONSECODE end_wait(DWORD lun) {
    struct reader *reader = reader_of(lun);
    // A full pipe wakes as well.
    if (reader != NULL && write(reader->wake[1], "x", 1) < 0) errno = 0;
    return IFD_SUCCESS;
}

static bool has_hung_up(int card) {
    struct pollfd watched = {.fd = card, .events = POLLRDHUP};
    return poll(&watched, 1, 0) > 0 && (watched.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

static void limit_waiting(int card) {
    const char *configured = getenv("VIRTUAL_READER_TIMEOUT_MS");
    int milliseconds = configured != NULL ? atoi(configured) : 5000;
    struct timeval limit = {.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000};
    setsockopt(card, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(card, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

RESPONSECODE IFDHICCPresence(DWORD lun) {
    struct reader *reader = reader_of(lun);
    if (reader == NULL) return IFD_COMMUNICATION_ERROR;
    if (reader->card != NONE) {
        if (!has_hung_up(reader->card)) return IFD_ICC_PRESENT;
        pthread_mutex_lock(&reader->exchange);
        close_descriptor(&reader->card);
        reader->atr_length = 0;
        pthread_mutex_unlock(&reader->exchange);
        reader->removal_to_repeat = true;
        return IFD_ICC_NOT_PRESENT;
    }
    // A removal is reported twice before the next card is let in: when pcscd powers an idle card down, it asks for the
    // presence itself and drops the answer, and a swap between that and its next question would never become an event.
    if (reader->removal_to_repeat) {
        reader->removal_to_repeat = false;
        return IFD_ICC_NOT_PRESENT;
    }
    int card = accept4(reader->listener, NULL, NULL, SOCK_CLOEXEC);
    if (card == NONE) return IFD_ICC_NOT_PRESENT;
    limit_waiting(card);
    reader->card = card;
    return IFD_ICC_PRESENT;
}

RESPONSECODE IFDHPowerICC(DWORD lun, DWORD action, unsigned char *atr, DWORD *atr_length) {
    struct reader *reader = reader_of(lun);
    if (reader == NULL) return IFD_COMMUNICATION_ERROR;
    unsigned char command = action == IFD_POWER_DOWN ? CARD_OFF : action == IFD_RESET ? CARD_RESET : CARD_ON;
    pthread_mutex_lock(&reader->exchange);
    bool sent = reader->card != NONE && send_frame(reader->card, &command, 1);
    pthread_mutex_unlock(&reader->exchange);
    if (action == IFD_POWER_DOWN) return IFD_SUCCESS;

    *atr_length = 0;
    reader->atr_length = 0;
    const unsigned char question = CARD_ATR;
    size_t length = sizeof reader->atr;
    // An ATR of less than two bytes is that of a mute card.
    if (!sent || exchange(reader, &question, 1, reader->atr, &length) != IFD_SUCCESS || length < 2) {
        return IFD_ERROR_POWER_ACTION;
    }
    reader->atr_length = length;
    memcpy(atr, reader->atr, length);
    *atr_length = length;
    return IFD_SUCCESS;
}

RESPONSECODE IFDHTransmitToICC(
    DWORD lun, SCARD_IO_HEADER send_pci, unsigned char *command, DWORD command_length, unsigned char *answer,
    DWORD *answer_length, SCARD_IO_HEADER *receive_pci) {
    (void)send_pci;
    struct reader *reader = reader_of(lun);
    if (reader == NULL || answer_length == NULL) return IFD_COMMUNICATION_ERROR;
    if (receive_pci != NULL) receive_pci->Protocol = 1;
    size_t length = *answer_length;
    RESPONSECODE response = exchange(reader, command, command_length, answer, &length);
    *answer_length = length;
    return response;
}

// ---- What pcscd asks

static RESPONSECODE give(const void *value, size_t size, DWORD *length, unsigned char *destination) {
    if (destination != NULL) {
        if (*length < size) return IFD_ERROR_INSUFFICIENT_BUFFER;
        memcpy(destination, value, size);
    }
    *length = size;
    return IFD_SUCCESS;
}

static RESPONSECODE give_number(unsigned char number, DWORD *length, unsigned char *destination) {
    return give(&number, 1, length, destination);
}

RESPONSECODE IFDHGetCapabilities(DWORD lun, DWORD tag, DWORD *length, unsigned char *value) {
    if (length == NULL) return IFD_COMMUNICATION_ERROR;
    RESPONSECODE (*wait)(DWORD, int) = wait_for_movement;
    RESPONSECODE (*end)(DWORD) = end_wait;
    switch (tag) {
    // Asked before a reader is open.
    case TAG_IFD_SIMULTANEOUS_ACCESS: return give_number(READERS, length, value);
    case TAG_IFD_THREAD_SAFE: return give_number(1, length, value);
    case TAG_IFD_SLOTS_NUMBER: return give_number(1, length, value);
    case TAG_IFD_SLOT_THREAD_SAFE: return give_number(0, length, value);
    case TAG_IFD_POLLING_THREAD_WITH_TIMEOUT: return give(&wait, sizeof wait, length, value);
    case TAG_IFD_STOP_POLLING_THREAD: return give(&end, sizeof end, length, value);
    default: break;
    }
    struct reader *reader = reader_of(lun);
    if (reader == NULL) return IFD_COMMUNICATION_ERROR;
    switch (tag) {
    case TAG_IFD_ATR:
    case SCARD_ATTR_ATR_STRING: return give(reader->atr, reader->atr_length, length, value);
    case SCARD_ATTR_VENDOR_NAME: return give(VENDOR, sizeof VENDOR, length, value);
    case SCARD_ATTR_VENDOR_IFD_SERIAL_NO: return give(reader->name, strlen(reader->name) + 1, length, value);
    case SCARD_ATTR_CHANNEL_ID: return give(&reader->channel, sizeof reader->channel, length, value);
    default: return IFD_ERROR_TAG;
    }
}

RESPONSECODE IFDHSetCapabilities(DWORD lun, DWORD tag, DWORD length, unsigned char *value) {
    (void)lun;
    (void)tag;
    (void)length;
    (void)value;
    return IFD_NOT_SUPPORTED;
}

RESPONSECODE IFDHSetProtocolParameters(
    DWORD lun, DWORD protocol, unsigned char flags, unsigned char pts1, unsigned char pts2, unsigned char pts3) {
    (void)lun;
    (void)protocol;
    (void)flags;
    (void)pts1;
    (void)pts2;
    (void)pts3;
    return IFD_SUCCESS;
}

RESPONSECODE IFDHControl(
    DWORD lun, DWORD code, unsigned char *command, DWORD command_length, unsigned char *answer, DWORD answer_size,
    DWORD *answer_length) {
    (void)command;
    (void)command_length;
    (void)answer;
    (void)answer_size;
    if (reader_of(lun) == NULL || answer_length == NULL) return IFD_COMMUNICATION_ERROR;
    *answer_length = 0;
    // No features, no escape commands.
    return code == IOCTL_GET_FEATURE_REQUEST ? IFD_SUCCESS : IFD_ERROR_NOT_SUPPORTED;
}
