// Large aligned blocks and per-thread scratch.
#if defined(__linux__)
#define _GNU_SOURCE
#endif
#include "include/CFledgeKernels.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "scratch.h"

enum { MAP_FROM = 1 << 20, HUGE_PAGE = 2 << 20 };

// Whole pages. What fills no huge page takes small ones: rounding each weight up to huge pages would cost a fifth.
static size_t mapped_bytes(size_t bytes) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  return (bytes + page - 1) / page * page;
}

void *fledge_allocate(size_t bytes) {
  if (bytes > SIZE_MAX / 2) return NULL;
  if (bytes < MAP_FROM) {
    size_t rounded = bytes ? (bytes + 63) / 64 * 64 : 64;
    void *memory = aligned_alloc(64, rounded);
    if (memory) memset(memory, 0, rounded);
    return memory;
  }
  // Map one huge page more than needed and give back what stands out of alignment.
  size_t length = mapped_bytes(bytes), with_slack = length + HUGE_PAGE;
  char *start = mmap(NULL, with_slack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
  if (start == MAP_FAILED) return NULL;
  char *aligned = (char *)(((uintptr_t)start + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE);
  if (aligned > start) munmap(start, (size_t)(aligned - start));
  size_t tail = with_slack - (size_t)(aligned - start) - length;
  if (tail > 0) munmap(aligned + length, tail);
#if defined(MADV_HUGEPAGE)
  madvise(aligned, length, MADV_HUGEPAGE);
#endif
  return aligned;
}

void fledge_deallocate(void *memory, size_t bytes) {
  if (!memory) return;
  if (bytes < MAP_FROM)
    free(memory);
  else
    munmap(memory, mapped_bytes(bytes));
}

#if !defined(MAP_NORESERVE)
enum { MAP_NORESERVE = 0 };
#endif

void *fledge_reserve(size_t bytes) {
  char *start = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON | MAP_NORESERVE, -1, 0);
  if (start == MAP_FAILED) return NULL;
#if defined(MADV_HUGEPAGE)
  madvise(start, bytes, MADV_HUGEPAGE);
#endif
  return start;
}

void fledge_release(void *memory, size_t bytes) {
  if (memory) munmap(memory, bytes);
}

void fledge_drop_pages(const void *start, size_t bytes) {
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), begin = ((uintptr_t)start + page - 1) / page * page;
  uintptr_t end = ((uintptr_t)start + bytes) / page * page;
  if (start && begin < end) madvise((void *)begin, end - begin, MADV_DONTNEED);
}

typedef struct scratch_block {
  void *memory;
  size_t bytes;
} scratch_block;

static pthread_key_t scratch_key;
static pthread_once_t scratch_once = PTHREAD_ONCE_INIT;

static void free_scratch(void *value) {
  scratch_block *blocks = value;
  for (int i = 0; i < FLEDGE_SCRATCH_KINDS; i++) fledge_deallocate(blocks[i].memory, blocks[i].bytes);
  free(blocks);
}
static void make_scratch_key(void) { pthread_key_create(&scratch_key, free_scratch); }

void *fledge_scratch(enum fledge_scratch_kind kind, size_t bytes) {
  pthread_once(&scratch_once, make_scratch_key);
  scratch_block *blocks = pthread_getspecific(scratch_key);
  if (!blocks) {
    blocks = calloc(FLEDGE_SCRATCH_KINDS, sizeof *blocks);
    if (!blocks || pthread_setspecific(scratch_key, blocks) != 0) {
      free(blocks);
      return NULL;
    }
  }
  scratch_block *block = &blocks[kind];
  if (block->bytes < bytes || !block->memory) {
    size_t grown = bytes + bytes / 2;
    fledge_deallocate(block->memory, block->bytes);
    block->memory = fledge_allocate(grown);
    block->bytes = block->memory ? grown : 0;
  }
  return block->memory;
}
