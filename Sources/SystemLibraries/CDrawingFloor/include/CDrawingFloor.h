#ifndef CDRAWINGFLOOR_H
#define CDRAWINGFLOOR_H

#include <stdint.h>

/// The floor of drawing a paper: uniform sampling without replacement from cells, by the key stream of ChaCha20, an order
/// of the questions and one of each question's four options; no enemies, no counters, no names.
///
/// `pool` holds the numbers of all questions cell by cell and is left permuted; `paper` and `order` take as many values
/// as all of `wanted`.
void kaotai_floor_draw(
    const uint8_t seed[32], int cells, const uint32_t *count, const uint32_t *wanted, uint32_t *pool, uint32_t *paper,
    uint8_t *order);

#endif
