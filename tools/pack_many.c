// SPDX-License-Identifier: 0BSD
/* pack_many.c - packs blocks on all CPUs at once. */
#include "host.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "pack_many.h"

#define MAX_WORKERS     16      /* more would wait for the writing */

struct worker {
	struct pack_many *all;
	struct packer packer;
	pthread_t thread;
};

struct pack_many {
	size_t count;                   /* blocks to pack */
	atomic_size_t next;             /* the first that nobody has taken */
	size_t workers;                 /* at least 1 */
	struct worker worker[MAX_WORKERS];
	struct packed block[PACK_MANY];
};

/* Each takes the next block that is left, so that all end together. */
static void *work(void *arg)
{
	struct worker *w = arg;
	struct pack_many *m = w->all;
	size_t i;

	while ((i = atomic_fetch_add(&m->next, 1)) < m->count)
		pack_block(&w->packer, &m->block[i]);
	return NULL;
}

static size_t cpus(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > MAX_WORKERS ? MAX_WORKERS : (size_t)n;
}

struct pack_many *pack_many_new(enum pack_mode mode)
{
	struct pack_many *m = calloc(1, sizeof(*m));
	size_t wanted = cpus();

	if (m == NULL)
		return NULL;
	while (m->workers < wanted) {
		struct worker *w = &m->worker[m->workers++];

		w->all = m;
		if (packer_open(&w->packer, mode) != 0) {
			pack_many_free(m);
			return NULL;
		}
	}
	return m;
}

void pack_many_free(struct pack_many *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->workers; i++)
		packer_close(&m->worker[i].packer);
	free(m);
}

struct packed *pack_many_blocks(struct pack_many *m)
{
	return m->block;
}

/*
 * This thread is the first worker; if the system gives no other, it does all.
 * The signals that output.c holds back are held back in all of them.
 */
void pack_many(struct pack_many *m, size_t count)
{
	size_t started = 1;

	m->count = count;
	atomic_store(&m->next, 0);
	while (started < m->workers && started < count &&
	       pthread_create(&m->worker[started].thread, NULL, work,
			      &m->worker[started]) == 0)
		started++;
	work(&m->worker[0]);
	while (--started > 0)
		pthread_join(m->worker[started].thread, NULL);
}
