#include "CRescoringFloor.h"

void kaotai_floor_count(const uint32_t *answers, size_t attempts, size_t each, const uint16_t *keys, uint16_t *right) {
    for (size_t attempt = 0; attempt < attempts; attempt++) {
        const uint32_t *answer = answers + attempt * each;
        uint32_t count = 0;
        for (size_t i = 0; i < each; i++) count += (answer[i] & 0xFFF) == keys[answer[i] >> 12];
        right[attempt] = (uint16_t)count;
    }
}
