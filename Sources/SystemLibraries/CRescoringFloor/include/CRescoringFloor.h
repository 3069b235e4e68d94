#ifndef CRESCORING_FLOOR_H
#define CRESCORING_FLOOR_H

#include <stddef.h>
#include <stdint.h>

/* Counts right answers: `attempts` exams of `each` packed answers (question << 12 | bits of the chosen options), the key's
   bits of every question, one count an exam. */
void kaotai_floor_count(const uint32_t *answers, size_t attempts, size_t each, const uint16_t *keys, uint16_t *right);

#endif
