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
# # Your own log
#
# From a raw refund log to a scenario that has been checked on weeks it never saw, in fifteen minutes. The log is
# one that this notebook makes, dirt included, so that you can see what is found and what is not; put your own
# tables in its place.
#
# ## A raw log
#
# A world that we know writes it: 150 orders a day, two types of sellers. Of its orders we keep what an
# organisation keeps.

# %%
# %matplotlib inline
from pathlib import Path

import numpy as np
import pandas as pd

import sim
from sim.experiment.replication import calendars_of, play
from sim.scenario.resolved import resolved_yaml
from sim.show.exported import all_orders

world = sim.load("../scenarios/aliexpress.yaml").with_changes(
    {
        "experiment.warm_up": "28 d",
        "experiment.cohort": "154 d",
        "experiment.run_out": "30 d",
        "market.orders_per_day": 150,
        "market.peaks": "none",
        "market.sellers.staff": "unlimited",
        "market.sellers.count": 60,
        "market.sellers.types": {
            "stalls": "none",
            "absent": "none",
            "prompt": {"share": 0.6},
            "slow": {"share": 0.4, "cancellation": {"notice_share_of_clock": "none", "notice": "20 h"}},
        },
        "buyers.regret.probability": 0.15,
        "policy.cancellation.free_until": "none",
    }
)
calendars = calendars_of(world)
table = all_orders(world, 0, play(world, 0, calendars), calendars)
print(len(table), "orders,", int(table["request_opened_at"].notna().sum()), "asked to cancel")

# %% [markdown]
# Two tables: all orders, and the claims. Statuses are the shop's own words, requests are written by the minute
# and in another order of day and month, the bank knows dates only. And there is dirt: spoilt stamps, and rows
# that come twice.

# %%
folder = Path("my-log")
folder.mkdir(exist_ok=True)

columns = ["order", "paid_at", "seller", "arranged_at", "dispatched_at", "delivered_at", "value", "payment_method"]
table[columns].to_csv(folder / "orders.csv", index=False, date_format="%Y-%m-%d %H:%M:%S")

claims = table[table["request_opened_at"].notna()].copy()
how = claims["request_settled_by"].astype(object)
said_yes = (claims["route"] == "cancellation") & (claims["outcome"] == "refunded")
words = {"shipped_over": "SENT ANYWAY", "withdrawn": "TAKEN BACK", "silence": "TIMEOUT"}
claims["state"] = how.map(words).mask(how == "answered", said_yes.map({True: "YES", False: "NO"}))
claims["asked"] = claims["request_opened_at"].dt.strftime("%d/%m/%Y %H:%M")
claims["closed"] = claims["request_settled_at"].dt.strftime("%Y-%m-%d %H:%M:%S")
claims["approved"] = claims["refund_due_at"].dt.strftime("%Y-%m-%d %H:%M:%S")
claims["bank_day"] = claims["refunded_at"].dt.strftime("%Y%m%d")
claims = claims[["order", "asked", "closed", "state", "reason", "approved", "bank_day"]]

luck = np.random.default_rng(1)
claims["asked"] = claims["asked"].mask(luck.random(len(claims)) < 0.01, "00/00/0000")
twice = claims[luck.random(len(claims)) < 0.02]
claims = pd.concat([claims, twice])
claims.to_csv(folder / "claims.csv", index=False)
print(claims.head(3).to_string(index=False))

# %% [markdown]
# ## The mapping
#
# One small file says what the tables call things, how instants are written, and which weeks to learn from. The
# base is the scenario whose policy and calendars are known; what it says of buyers and sellers is replaced where
# the log knows better.

# %%
(folder / "base.yaml").write_text(resolved_yaml(world))
mapping = folder / "mapping.yaml"
mapping.write_text("""
orders:
  file: orders.csv
  columns: {order: order, paid: paid_at, seller: seller, arranged: arranged_at, dispatched: dispatched_at,
    delivered: delivered_at, value: value, method: payment_method}
claims:
  file: claims.csv
  columns: {order: order, requested: asked, closed: closed, status: state, reason: reason,
    refund_due: approved, refunded: bank_day}
formats: {default: "%Y-%m-%d %H:%M:%S", asked: "%d/%m/%Y %H:%M", bank_day: {format: "%Y%m%d", means: a day}}
zone: {default: Asia/Shanghai}
words: {status: {"YES": accepted, "NO": refused, SENT ANYWAY: shipped, TAKEN BACK: withdrawn, TIMEOUT: silence}}
cut: 2019-02-25
period: {fit: 2018-09-03..2018-12-31, hold_out: 2018-12-31..2019-02-25}
types: {find: 2}
base: base.yaml
name: my-shop
""")
fit = sim.fit(mapping)
for reading in fit.readings:
    print(reading.table, reading.document()["rows"], "rows,", reading.used, "used")
    print("  left out:", reading.unused, " in part:", reading.kept)

# %% [markdown]
# A spoilt row is not thrown away: it stays as "a claim, time unknown". Dropped while its order stays in, it would
# make claims look rarer than they are.
#
# ## What was learnt
#
# Every number says how it was learnt and how sure one can be. Beside it stands the spreadsheet's way (closed
# cases, the clock on the wall), where that says something else: orders that are still open are missing from the
# spreadsheet.

# %%
for finding in fit.findings:
    if finding.path.endswith((".dispatch", "regret.probability", "posting.card")):
        print(finding.path, finding.value)
        print("   95 %:", finding.interval, "  open:", f"{finding.censored:.0%}", "  naive:", finding.naive)

# %%
for one in fit.assumed[:6]:
    print(f"assumed: {one.path}: {one.why}")

# %% [markdown]
# Who the sellers are is learnt as well: a roster stands beside the fitted scenario, so that no luck says which of
# the busy sellers is slow.

# %%
for seller in fit.scenario.market.sellers.roster[:3]:
    print(seller.seller, f"{seller.share:.1%} of the orders,", seller.type)

# %% [markdown]
# ## Can it be believed?
#
# The fitted scenario lives through eight weeks that it never saw, and what it shows is held against what
# happened.

# %%
print(fit.verdict)
for one in fit.judged:
    print(f"{one.name}: {one.verdict}")

# %% [markdown]
# Then it is a scenario like any other: `sim.run(fit.scenario)`, `sim.compare(...)`, `refund-sim run
# my-shop/scenario.yaml` after `refund-sim fit my-log/mapping.yaml --hold-out 8w --out my-shop`. On a real table
# do the same: name your columns, run `refund-sim fit mapping.yaml --check` until every row that is left out is
# left out for a reason you know, and only then fit. A table of events (case, activity, timestamp), as
# process-mining tools export it, goes under `log:` in place of the two tables; `docs/fit.md` lists every column.
