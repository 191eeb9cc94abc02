/* The small refund model of `by_hand.py` in plain C: what this machine could do at the most.

   cc -O2 -o plain plain.c -lm && ./plain 200000 7        orders expected in 28 days, seed
   prints: claims, those refunded, processor seconds, luck included.

   Luck is a hash of order and decision, drawn inside the loop and only where it is asked for. One rule is coarser than
   ours: instants are not whole seconds, so that nothing ever happens at the same time. No tables, no checks, no files. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define DAY 86400.0
#define SELLERS 150
#define PLATFORM SELLERS
enum decision { GAP, REGRETS, ASKS, SHIPS, TRANSIT, SELLER, ANSWER, NOTICE = ANSWER + 2, ESCALATES = NOTICE + 2, RULING };
enum happening { ASKED, NOTICED, OVER, ANSWERED, ARRIVED, ESCALATED };
enum stage { CANCELLATION, DISPUTE, MEDIATION };
enum place { ELSEWHERE, WAITING, SERVED };

static const double clock_of[] = {3 * DAY, 5 * DAY}, handling_of[] = {1200, 1200, 2400};

typedef struct { double ships, arrives, over; uint64_t order; uint32_t turn; int desk, next; char stage, place; } Claim;
typedef struct { double at; int claim; uint32_t turn; int what; } Event;
typedef struct { int free, first, last; } Desk;

static Claim *claims; static Event *heap; static Desk desks[SELLERS + 1];
static int entries; static uint64_t seed; static long refunded; static double now;

static double luck(uint64_t order, int decision) {
    uint64_t z = (order * 16 + decision + 1) * 0x9E3779B97F4A7C15ULL + seed; /* splitmix64 */
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return ((z ^ (z >> 31)) >> 11) * 0x1.0p-53;
}
static double exponential(uint64_t order, int decision, double mean) { return -log1p(-luck(order, decision)) * mean; }

static void later(double at, int claim, int what) {
    int k = entries++;
    while (k && heap[(k - 1) / 2].at > at) { heap[k] = heap[(k - 1) / 2]; k = (k - 1) / 2; }
    heap[k] = (Event){at, claim, claims[claim].turn, what};
}
static Event next_event(void) {
    Event first = heap[0], last = heap[--entries];
    int k = 0, child;
    while ((child = 2 * k + 1) < entries) {
        if (child + 1 < entries && heap[child + 1].at < heap[child].at) child++;
        if (heap[child].at >= last.at) break;
        heap[k] = heap[child]; k = child;
    }
    heap[k] = last;
    return first;
}
static void take_up(int number) {
    Claim *one = &claims[number];
    double ready = now + handling_of[(int)one->stage];
    one->place = SERVED; one->turn++; desks[one->desk].free--;
    if (ready <= one->over) later(ready, number, ANSWERED); else later(one->over, number, OVER);
}
static void join(int number, int desk) {
    Claim *one = &claims[number]; Desk *d = &desks[desk];
    one->desk = desk;
    if (d->free) { take_up(number); return; }
    one->place = WAITING; one->next = -1;
    if (d->first < 0) d->first = number; else claims[d->last].next = number;
    d->last = number;
    if (one->over < INFINITY) later(one->over, number, OVER);
}
static void release(int desk) {
    Desk *d = &desks[desk]; d->free++;
    while (d->first >= 0 && d->free) {
        int number = d->first; d->first = claims[number].next;
        if (claims[number].place == WAITING) take_up(number); /* else it has left the queue: hours before it is at another desk */
    }
}
static void open_request(int number, int stage, double most) {
    Claim *one = &claims[number];
    double length = fmin(clock_of[stage], most), notice;
    one->stage = stage; one->place = ELSEWHERE; one->over = now + length;
    if (luck(one->order, ANSWER + stage) >= 0.8 || (notice = exponential(one->order, NOTICE + stage, DAY)) >= length)
        later(one->over, number, OVER);
    else later(now + notice, number, NOTICED);
}
static void settle(int number, int accepted) {
    Claim *one = &claims[number];
    char was = one->place; one->turn++; one->place = ELSEWHERE;
    if (accepted) refunded++;
    else if (one->stage == CANCELLATION) later(fmax(now, one->arrives), number, ARRIVED);
    else if (one->stage == DISPUTE && luck(one->order, ESCALATES) < 0.7) later(now + DAY, number, ESCALATED);
    if (was == SERVED) release(one->desk);
}
static void happen(Event e) {
    Claim *one = &claims[e.claim];
    if (e.turn != one->turn) return; /* answered or taken up before */
    now = e.at;
    switch (e.what) {
    case ASKED:
        if (now < one->ships && now < one->over) open_request(e.claim, CANCELLATION, one->ships - now);
        else later(fmax(now, one->arrives), e.claim, ARRIVED);
        break;
    case ARRIVED: open_request(e.claim, DISPUTE, INFINITY); break;
    case NOTICED: join(e.claim, (int)(luck(one->order, SELLER) * SELLERS)); break;
    case ESCALATED: one->stage = MEDIATION; one->over = INFINITY; join(e.claim, PLATFORM); break;
    case OVER: settle(e.claim, 0); break;
    case ANSWERED:
        settle(e.claim, one->stage == MEDIATION ? luck(one->order, RULING) < 0.6 : luck(one->order, ANSWER + one->stage) < 0.5);
    }
}
int main(int argc, char **argv) {
    if (argc < 3) { fprintf(stderr, "expected: plain ORDERS SEED\n"); return 2; }
    long orders = atol(argv[1]); int count = 0;
    double until = 28 * DAY, paid = 0;
    seed = strtoull(argv[2], NULL, 10) * 0xD1342543DE82EF95ULL;
    claims = malloc((orders / 4 + 1000) * sizeof *claims); heap = malloc((orders / 2 + 1000) * sizeof *heap);
    if (!claims || !heap) { fprintf(stderr, "out of memory\n"); return 3; }
    for (int k = 0; k < SELLERS; k++) desks[k] = (Desk){orders > 100000 ? orders / 100000 : 1, -1, -1};
    desks[PLATFORM] = (Desk){orders > 20000 ? orders / 10000 : 2, -1, -1};
    clock_t began = clock();
    for (uint64_t k = 0; (paid += exponential(k, GAP, until / orders)) < until; k++) {
        while (entries && heap[0].at <= paid) happen(next_event());
        if (luck(k, REGRETS) >= 0.12) continue;
        double ships = paid + DAY * (1 + 5 * luck(k, SHIPS)), arrives = ships + DAY * (10 + 20 * luck(k, TRANSIT));
        claims[count] = (Claim){ships, arrives, paid + 9 * DAY, k, 0, 0, -1, CANCELLATION, ELSEWHERE};
        later(paid + exponential(k, ASKS, 2 * DAY), count++, ASKED);
    }
    while (entries) happen(next_event());
    printf("%d %ld %.6f\n", count, refunded, (double)(clock() - began) / CLOCKS_PER_SEC);
    return 0;
}
