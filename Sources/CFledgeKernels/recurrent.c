// The elementwise half of a recurrent layer's step, spread over a pool by sequences.
#include "include/CFledgeKernels.h"

typedef struct recurrent_job {
  const fledge_kernels *kernels;
  const fledge_recurrent_step *step;
} recurrent_job;

static void lstm_item(void *context, size_t row) {
  const recurrent_job *job = context;
  const fledge_recurrent_step *s = job->step;
  size_t at = row * s->width;
  if (s->d_hidden)
    job->kernels->lstm_backward(s->gates + 4 * at, s->previous_cell + at, s->cell + at, s->d_hidden + at, s->width,
                                s->d_cell + at);
  else
    job->kernels->lstm(s->gates + 4 * at, s->previous_cell + at, s->width, s->cell + at, s->hidden + at);
}

static void gru_item(void *context, size_t row) {
  const recurrent_job *job = context;
  const fledge_recurrent_step *s = job->step;
  size_t at = row * s->width;
  if (s->d_hidden)
    job->kernels->gru_backward(s->gates + 3 * at, s->recurrent + 3 * at, s->previous_hidden + at, s->d_hidden + at,
                               s->width, s->d_previous ? s->d_previous + at : NULL);
  else
    job->kernels->gru(s->gates + 3 * at, s->recurrent + 3 * at, s->previous_hidden + at, s->width, s->hidden + at);
}

void fledge_recurrent_run(const fledge_kernels *kernels, fledge_pool *pool, const fledge_recurrent_step *step) {
  recurrent_job job = {kernels, step};
  fledge_pool_run(pool, step->rows, step->recurrent ? gru_item : lstm_item, &job);
}
