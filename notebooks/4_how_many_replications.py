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
# # How many replications, how long a warm-up?
#
# A simulation's number without its uncertainty is an opinion. Three questions decide whether a run may be believed:
# is it long enough *before* the orders that count (warm-up), long enough *after* them (run-out), and repeated often
# enough (replications)?

# %%
# %matplotlib inline
import pandas as pd

import sim

article = sim.load("../scenarios/aliexpress.yaml")
result = sim.run(article, replications=12, progress=sim.bar())

# %% [markdown]
# ## Warm-up
#
# Desks start empty. Orders meet only at desks, so the warm-up is long enough when requests wait as long as they
# ever do. The chart shows how long they wait, in working time, by the day on which they join: each day, the average
# of a week around it (Welch's moving average), what the first of the cohort waited, and the usual week later. It is
# the median week, which no holiday can pull up.

# %%
result.plot.warm_up().figure

# %% [markdown]
# The program looks at the same numbers itself. It says so in its notes when the warm-up, the run-out or a desk is not
# as it should be:

# %%
result.notes or "nothing to note"

# %% [markdown]
# With hardly any warm-up the same check has something to say:

# %%
hasty = article.with_changes({"experiment.warm_up": "2 d"})
sim.run(hasty, replications=8).notes

# %% [markdown]
# ## Replications
#
# Intervals shrink with the square root of the number of replications: four times the work for half the width, on
# average. Four replications tell their own spread so badly that an interval may come out far too wide, or too
# narrow:

# %%
few = sim.run(article, replications=4)
measures = ["success_rate", "refund_time_median_all", "seller_wait_mean", "mediation_wait_mean"]
pd.concat(
    {
        f"{one.about['replications']} replications": one.summary.loc[measures, ["value", "low", "high"]]
        for one in (few, result)
    },
    axis="columns",
).round(3)

# %% [markdown]
# Say what you need, and let the program decide how many that takes. It says afterwards what ended it:

# %%
precise = sim.run(article, precision={"success_rate": 0.01, "refund_time_median_all": "8 %"}, max_replications=40)
print(precise.about["replications"], "replications:", precise.about["stopped"])
precise.summary.loc[["success_rate", "refund_time_median_all"], ["value", "low", "high"]].round(3)

# %% [markdown]
# ## The same again
#
# Scenario, seed and version decide every number, whatever the number of processes; fingerprints prove it.

# %%
again = sim.run(article, replications=4, jobs=1)
again.about["fingerprints"] == few.about["fingerprints"]
