# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Your marketplace
#
# From a blank file to a comparison, in ten minutes. You will write a shop, check it, run it, follow an order, change one
# rule, and see what the change buys and costs. Everything is a small YAML file; keep a copy of this notebook and put
# your own numbers in.
#
# ## A blank file
#
# A scenario needs a name, and then says what it lacks. All faults are told at once, each where it stands.

# %%
# %matplotlib inline
from pathlib import Path

import sim
from sim.errors import BadScenario

shop = Path("my-shop.yaml")
shop.write_text("name: my-shop\n")

try:
    sim.load(shop)
except BadScenario as faults:
    print(faults)

# %% [markdown]
# ## The marketplace
#
# Who sells, how they answer, how long parcels take. Write what you know; a law such as `{lognormal: {median: 4 h, p95: 30 h}}`
# is two points you can read off your own data: half are noticed within 4 hours, all but one in twenty within 30. Working
# time (`20 min of work`) passes in opening hours only, `bd` are business days.

# %%
market = """
name: my-shop
title: My shop
question: How likely, and how soon, do our customers have their money back?
as_of: 2026
start: 2026-03-02

experiment: {warm_up: 28 d, cohort: 28 d, run_out: 60 d, replications: 12, seed: 1}

calendars:
  seller: {hours: {mon-fri: "09:00-17:00"}, holidays: DE}
  bank: {hours: {mon-fri: "00:00-24:00"}, holidays: DE}

market:
  orders_per_day: 250
  currency: EUR
  order_value: {lognormal: {median: 40, p95: 220}}
  payment_methods: {card: 0.6, wallet: 0.4}
  sellers:
    count: 20
    concentration: 0.8
    staff: 1
    types:
      careful:
        share: 0.7
        arrange: {exponential: {mean: 0.5 bd}}
        dispatch: {exponential: {mean: 1 bd}}
        cancellation: {accept: 0.85, refuse: 0.15, notice: {lognormal: {median: 4 h, p95: 30 h}}, handling: 20 min of work}
        dispute: {accept: 0.7, refuse: 0.3, notice: {lognormal: {median: 8 h, p95: 48 h}}, handling: 45 min of work}
      distant:
        share: 0.3
        arrange: {exponential: {mean: 2 bd}}
        dispatch: {exponential: {mean: 4 bd}}
        cancellation: {accept: 0.4, refuse: 0.1, silent: 0.5, notice: {lognormal: {median: 30 h, p95: 6 d}}, handling: 20 min of work}
        dispute: {accept: 0.3, refuse: 0.3, silent: 0.4, notice: {lognormal: {median: 30 h, p95: 6 d}}, handling: 45 min of work}
  carrier: {transit: {lognormal: {median: 3 d, p95: 8 d}}, return_transit: {lognormal: {median: 3 d, p95: 8 d}}}
"""

# %% [markdown]
# ## The buyers
#
# How many change their minds, and when; how many go on after a no; what a return costs them.

# %%
buyers = """
buyers:
  regret: {probability: 0.05, after: {lognormal: {median: 12 h, p95: 8 d}}}
  goes_on: 0.8
  return_cost: {lognormal: {median: 6, p95: 12}}
  return_delay: {lognormal: {median: 3 d, p95: 9 d}}
  escalation: {probability: 0.4, after: {lognormal: {median: 2 d, p95: 8 d}}}
"""

# %% [markdown]
# ## The policy
#
# Whose clock runs, how long, and *what silence means*: `approve`, `decline`, `escalate`, `may_escalate` or `close`.

# %%
policy = """
policy:
  cancellation:
    window: {after: paid, within: 7 d}
    free_until: {after: paid, within: 1 h}
    clock: 3 d
    on_silence: decline
  dispute:
    default:
      opens: {after: delivered}
      closes: {after: delivered, within: 14 d}
      clock: 5 d
      on_silence: approve
  mediation: {staff: 1, handling: 1 h of work, rulings: {buyer: 0.6, seller: 0.4}}
  return:
    default: {payer: buyer, post_within: 14 d}
  refund:
    within: 14 d
    posting: {card: {uniform: {low: 1 bd, high: 5 bd}}, wallet: 1 bd}
"""

shop.write_text(market + buyers + policy)
mine = sim.load(shop)
mine

# %% [markdown]
# A slip of the pen is told with the line it stands in, and what was probably meant. Nothing is run before a file is right.

# %%
slip = Path("my-shop-slip.yaml")
slip.write_text((market + buyers + policy).replace("on_silence: decline", "on_silence: declien"))

try:
    sim.load(slip)
except BadScenario as faults:
    print(faults)

# %% [markdown]
# ## Run it

# %%
result = sim.run(mine, progress=sim.bar())
result

# %%
result.plot.time_to_money().figure

# %% [markdown]
# Notes say what a reader should know about how the experiment was laid out: a warm-up too short, a desk that does not keep up.

# %%
result.notes or "nothing to note"

# %% [markdown]
# ## Follow an order
#
# `result.orders` has a row for each claim. Here is one in which the seller said nothing.

# %%
silent = result.orders[result.orders["request_settled_by"] == "silence"]
silent[["replication", "order", "asked_at", "outcome", "route", "refunded_at", "buyer_cost"]].head(3)

# %%
first = silent.iloc[0]
print(sim.trace(mine, int(first["order"]), int(first["replication"])))

# %% [markdown]
# ## Change one rule
#
# A second file says only what differs. What if silence meant yes?

# %%
Path("my-shop-yes.yaml").write_text(
    """
extends: my-shop.yaml
name: silence-is-yes
title: My shop, where silence means yes
policy: {cancellation: {on_silence: approve}}
"""
)
comparison = sim.compare(mine, sim.load("my-shop-yes.yaml"), progress=sim.bar())
comparison

# %%
comparison.plot.difference().figure

# %% [markdown]
# And order by order: who ends otherwise?

# %%
comparison.flip_table("silence-is-yes")

# %% [markdown]
# ## From here
#
# - Say where each number comes from, under `provenance`: `sourced`, `derived` or `assumed` with a plausible range.
#   `refund-sim validate my-shop.yaml` lists the ones that do not say so yet.
# - `refund-sim run my-shop.yaml` writes tables, charts and a report that you can forward.
# - [docs/model.md](../docs/model.md) lists every lever with its meaning; an editor with a YAML language server completes
#   them, with `scenarios/schema.json`.
# - The other notebooks: [one order](1_one_order.ipynb), [the article's world](2_the_articles_world.ipynb),
#   [comparing policies](3_comparing_policies.ipynb), [how many replications](4_how_many_replications.ipynb),
#   [a peak](5_a_peak.ipynb).
