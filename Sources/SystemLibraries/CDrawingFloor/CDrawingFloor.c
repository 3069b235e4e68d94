#include "CDrawingFloor.h"

#include <string.h>

struct stream {
    uint32_t input[16];
    uint32_t block[16];
    int used;
};

static uint32_t rotate(uint32_t value, int bits) { return value << bits | value >> (32 - bits); }

#define QUARTER(a, b, c, d) \
    a += b; d = rotate(d ^ a, 16); c += d; b = rotate(b ^ c, 12); \
    a += b; d = rotate(d ^ a, 8); c += d; b = rotate(b ^ c, 7)

// RFC 8439, section 2.3.
static void refill(struct stream *stream) {
    uint32_t *x = stream->block;
    memcpy(x, stream->input, sizeof stream->block);
    for (int round = 0; round < 10; round++) {
        QUARTER(x[0], x[4], x[8], x[12]);
        QUARTER(x[1], x[5], x[9], x[13]);
        QUARTER(x[2], x[6], x[10], x[14]);
        QUARTER(x[3], x[7], x[11], x[15]);
        QUARTER(x[0], x[5], x[10], x[15]);
        QUARTER(x[1], x[6], x[11], x[12]);
        QUARTER(x[2], x[7], x[8], x[13]);
        QUARTER(x[3], x[4], x[9], x[14]);
    }
    for (int word = 0; word < 16; word++) x[word] += stream->input[word];
    stream->input[12]++;
    stream->used = 0;
}

static uint32_t next(struct stream *stream) {
    if (stream->used == 16) refill(stream);
    return stream->block[stream->used++];
}

// Without bias: the run of `bound` numbers that a word stands in has to end within 2^32.
static uint32_t below(struct stream *stream, uint32_t bound) {
    for (;;) {
        uint32_t word = next(stream), remainder = word % bound;
        if (word - remainder <= -bound) return remainder;
    }
}

void kaotai_floor_draw(
    const uint8_t seed[32], int cells, const uint32_t *count, const uint32_t *wanted, uint32_t *pool, uint32_t *paper,
    uint8_t *order) {
    struct stream stream = {.input = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574}, .used = 16};
    memcpy(stream.input + 4, seed, 32);
    uint32_t taken = 0;
    for (int cell = 0; cell < cells; cell++) {
        for (uint32_t at = 0; at < wanted[cell]; at++) {
            uint32_t other = at + below(&stream, count[cell] - at), question = pool[other];
            pool[other] = pool[at];
            paper[taken++] = pool[at] = question;
        }
        pool += count[cell];
    }
    for (uint32_t at = taken; at-- > 1;) {
        uint32_t other = below(&stream, at + 1), question = paper[at];
        paper[at] = paper[other];
        paper[other] = question;
    }
    for (uint32_t at = 0; at < taken; at++) order[at] = (uint8_t)below(&stream, 24);
}
