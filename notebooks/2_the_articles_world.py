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
# # The article's world
#
# *How to cancel an order on AliExpress?* is an article with four promises: it will tell how much time there is to
# cancel, which reason to choose, how quickly the money is back, and whether an order that has been shipped can
# still be cancelled. Here are its four questions, answered with numbers, intervals included.
#
# The scenario file says the article's rules (24 hours free; a window of nine days for most products; nine days for the
# seller to answer; nine more for the money; a dispute once the parcel is there) and what the article leaves open: how
# sellers behave, how soon people change their minds. The latter are assumptions, each marked as one in the file. So
# trust *differences* more than levels.

# %%
# %matplotlib inline
import pandas as pd

import sim

article = sim.load("../scenarios/aliexpress.yaml")
result = sim.run(article, progress=sim.bar())
result

# %% [markdown]
# Intervals are 95 % over independent replications. What has become of all claims by each day:

# %%
result.plot.time_to_money().figure

# %% [markdown]
# ## 1. How quickly must you change your mind?
#
# > *If you paid for your order less than 24 hours ago, it is quite easy to cancel. […] A lot will depend on how
# > quickly you changed your mind!*

# %%
result.plot.by_hours_to_ask().figure

# %%
hours = result.by_hours.set_index(["group", "bin"])[["n", "success", "low", "high", "median_days"]]
hours.loc["all"].round(3)

# %% [markdown]
# Success falls at 24 hours, where cancelling stops being free, and not at nine days, where the button goes. Within
# the window the seller decides, and more and more parcels have left already. Past the first day those who asked
# *before* their parcel left do better in every row (the diamonds; the group `not_shipped`), but fewer and fewer can,
# and intervals overlap.
#
# ## 2. Does the reason matter?
#
# > *If the seller asks you to change the reason for the cancellation, do not be afraid to do so.*
#
# A reason that blames the seller counts against it, so sellers ask for another one, and are the kinder for it.

# %%
groups = result.by_group.set_index(["group", "value"])[["n", "success", "low", "high", "median_days"]]
groups.loc["reason"].round(3)

# %% [markdown]
# In this world the reason alone decides little: intervals overlap. Most who succeed are never asked about it, because
# the first 24 hours are free.
#
# ## 3. How soon is the money back?
#
# > *The money will be refunded within nine days.*
#
# After the seller has agreed, that is. From the moment the mind changed:

# %%
when = [f"refunded_within_{days}d" for days in (1, 3, 7, 14, 30, 60)]
result.summary.loc[["refund_time_median_all", *when], ["value", "low", "high", "unit"]].round(3)

# %%
refunded = result.orders[result.orders["outcome"] == "refunded"]
refunded.groupby("route", observed=True)["refund_days"].describe(percentiles=[0.1, 0.5, 0.9]).round(1)

# %% [markdown]
# Two worlds behind one number: those who cancel wait for their bank; those who must dispute wait for the parcel, send
# it back and wait for it to arrive once more.
#
# ## 4. Can a shipped order still be cancelled?
#
# > *The seller can't get on the plane and try to intercept the package halfway.*
#
# No, but the money can come back with the goods. Of those whose parcel left all the same, mostly before they asked
# or while the request was open, now and then after a no:

# %%
shipped = result.orders[result.orders["dispatched_at"].notna()]
pd.DataFrame(
    {
        "share": shipped["outcome"].value_counts(normalize=True),
        "days until the money": shipped.groupby("outcome", observed=True)["refund_days"].median(),
        "postage paid by the buyer": shipped.groupby("outcome", observed=True)["buyer_cost"].mean(),
    }
).query("share > 0").round(2)

# %% [markdown]
# Of the claims that came to a dispute, and of those that went on to mediation, this share was refunded in full:

# %%
groups.loc["route"].loc[["dispute", "mediation"]].round(3)

# %%
result.plot.outcomes().figure

# %% [markdown]
# *Gave up* is what the article's last sentence is about: for cheap goods the postage is more than they are worth. Whether
# it pays to buy the thing elsewhere and claim the money back, for those who found it cheaper:

# %%
result.summary.loc[["worth_it_share", "worth_it_mean"], ["value", "low", "high", "unit", "title"]].round(2)
