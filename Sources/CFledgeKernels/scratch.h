// Memory that a thread keeps from call to call, so that steady work allocates nothing.
#ifndef FLEDGE_SCRATCH_H
#define FLEDGE_SCRATCH_H

#include <stddef.h>

/// OPERATION: what a whole operation shares with its workers, kept by the thread that called it.
/// THREAD: what one item of work needs. SECOND: what an item needs besides.
enum fledge_scratch_kind {
  FLEDGE_SCRATCH_OPERATION,
  FLEDGE_SCRATCH_THREAD,
  FLEDGE_SCRATCH_SECOND,
  FLEDGE_SCRATCH_KINDS
};

/// At least `bytes`, aligned to 64, valid until the thread's next call with the same kind; null when there is none.
void *fledge_scratch(enum fledge_scratch_kind kind, size_t bytes);

#endif
