// A pool of threads that take items from a counter. Work arrives every few microseconds while a model runs, so that a
// worker spins for a while after it has run dry, and only then sleeps.
#if defined(__linux__)
#define _GNU_SOURCE
#include <sched.h>
#endif
#include "include/CFledgeKernels.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#if defined(__APPLE__)
#include <sys/sysctl.h>
#endif

enum { SPINS_BEFORE_SLEEP = 20000 };

struct fledge_pool {
  size_t threads;
  pthread_t *handles;
  atomic_flag busy;
  void (*body)(void *, size_t);
  void *context;
  size_t items;
  _Alignas(64) atomic_size_t next;
  _Alignas(64) atomic_uint generation;  // counts jobs; workers wait for it to change
  _Alignas(64) atomic_size_t running;   // workers still in the current job
  atomic_bool stopping;
  atomic_size_t sleepers;
  pthread_mutex_t mutex;
  pthread_cond_t wake;
};

static inline void relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static void take_items(fledge_pool *pool) {
  for (;;) {
    size_t item = atomic_fetch_add_explicit(&pool->next, 1, memory_order_relaxed);
    if (item >= pool->items) return;
    pool->body(pool->context, item);
  }
}

static void *worker(void *argument) {
  fledge_pool *pool = argument;
  unsigned seen = 0;
  for (;;) {
    size_t spins = 0;
    while (atomic_load_explicit(&pool->generation, memory_order_acquire) == seen) {
      if (++spins < SPINS_BEFORE_SLEEP) {
        relax();
        continue;
      }
      pthread_mutex_lock(&pool->mutex);
      atomic_fetch_add(&pool->sleepers, 1);
      while (atomic_load(&pool->generation) == seen) pthread_cond_wait(&pool->wake, &pool->mutex);
      atomic_fetch_sub(&pool->sleepers, 1);
      pthread_mutex_unlock(&pool->mutex);
    }
    seen++;
    if (atomic_load(&pool->stopping)) return NULL;
    take_items(pool);
    atomic_fetch_sub_explicit(&pool->running, 1, memory_order_release);
  }
}

static void publish(fledge_pool *pool) {
  atomic_fetch_add(&pool->generation, 1);
  if (atomic_load(&pool->sleepers) > 0) {
    pthread_mutex_lock(&pool->mutex);
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->mutex);
  }
}

fledge_pool *fledge_pool_create(size_t threads) {
  if (threads == 0) threads = 1;
  fledge_pool *pool = aligned_alloc(64, (sizeof(fledge_pool) + 63) / 64 * 64);
  if (!pool) return NULL;
  *pool = (fledge_pool){.threads = threads};
  atomic_flag_clear(&pool->busy);
  pthread_mutex_init(&pool->mutex, NULL);
  pthread_cond_init(&pool->wake, NULL);
  pool->handles = calloc(threads, sizeof(pthread_t));
  if (!pool->handles) {
    free(pool);
    return NULL;
  }
  for (size_t i = 1; i < threads; i++) {
    if (pthread_create(&pool->handles[i], NULL, worker, pool) != 0) {
      pool->threads = i;
      fledge_pool_destroy(pool);
      return NULL;
    }
  }
  return pool;
}

void fledge_pool_destroy(fledge_pool *pool) {
  if (!pool) return;
  atomic_store(&pool->stopping, true);
  publish(pool);
  for (size_t i = 1; i < pool->threads; i++) pthread_join(pool->handles[i], NULL);
  pthread_cond_destroy(&pool->wake);
  pthread_mutex_destroy(&pool->mutex);
  free(pool->handles);
  free(pool);
}

size_t fledge_pool_threads(const fledge_pool *pool) { return pool->threads; }

void fledge_pool_run(fledge_pool *pool, size_t items, void (*body)(void *, size_t), void *context) {
  if (pool->threads == 1 || items <= 1 || atomic_flag_test_and_set_explicit(&pool->busy, memory_order_acquire)) {
    for (size_t i = 0; i < items; i++) body(context, i);
    return;
  }
  pool->body = body;
  pool->context = context;
  pool->items = items;
  atomic_store_explicit(&pool->next, 0, memory_order_relaxed);
  atomic_store_explicit(&pool->running, pool->threads - 1, memory_order_relaxed);
  publish(pool);
  take_items(pool);
  size_t spins = 0;
  while (atomic_load_explicit(&pool->running, memory_order_acquire) > 0) {
    relax();
    if (++spins % 4096 == 0) sched_yield();
  }
  atomic_flag_clear_explicit(&pool->busy, memory_order_release);
}

#if defined(__linux__)
// The whole cores that the control group's CPU quota allows, 0 where there is none (version 2, then version 1).
static size_t quota_cores(void) {
  long long quota = 0, period = 0;
  FILE *file = fopen("/sys/fs/cgroup/cpu.max", "r");
  if (file) {
    if (fscanf(file, "%lld %lld", &quota, &period) != 2) quota = 0;
    fclose(file);
  } else {
    FILE *quota_file = fopen("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "r");
    FILE *period_file = fopen("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "r");
    if (!quota_file || fscanf(quota_file, "%lld", &quota) != 1) quota = 0;
    if (!period_file || fscanf(period_file, "%lld", &period) != 1) period = 0;
    if (quota_file) fclose(quota_file);
    if (period_file) fclose(period_file);
  }
  return quota > 0 && period > 0 ? (size_t)((quota + period - 1) / period) : 0;
}

// Of the processors in the mask, those that are the first sibling of their core.
static size_t physical_cores(const cpu_set_t *mask) {
  size_t count = 0;
  for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
    if (!CPU_ISSET(cpu, mask)) continue;
    char path[96];
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu);
    FILE *file = fopen(path, "r");
    int first = cpu;
    if (file) {
      if (fscanf(file, "%d", &first) != 1) first = cpu;
      fclose(file);
    }
    if (first < 0 || first >= CPU_SETSIZE || first >= cpu || !CPU_ISSET(first, mask)) count++;
  }
  return count;
}
#endif

size_t fledge_available_cores(void) {
#if defined(__linux__)
  cpu_set_t mask;
  size_t cores = 0;
  if (sched_getaffinity(0, sizeof mask, &mask) == 0) cores = physical_cores(&mask);
  size_t quota = quota_cores();
  if (quota > 0 && quota < cores) cores = quota;
  return cores > 0 ? cores : 1;
#elif defined(__APPLE__)
  int cores = 0;
  size_t size = sizeof cores;
  // Performance cores where the machine tells them apart.
  if (sysctlbyname("hw.perflevel0.physicalcpu", &cores, &size, NULL, 0) != 0 || cores < 1)
    sysctlbyname("hw.physicalcpu", &cores, &size, NULL, 0);
  return cores > 0 ? (size_t)cores : 1;
#else
  return 1;
#endif
}
