# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#       jupytext_version: 1.19.6
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Comparing policies: whose silence loses?
#
# Under the article's rules a seller who lets a *cancellation* pass has declined, and one who lets a *dispute* pass has
# agreed. What does each of these silences buy or cost? And what do other levers?
#
# All policies meet the same orders with the same luck, so a difference is seen order by order, and far fewer
# replications tell it than two separate experiments would need.

# %%
# %matplotlib inline
import sim

article = sim.load("../scenarios/aliexpress.yaml")
names = ["silence-approves", "disputes-lapse", "three-day-clock", "no-shipping-while-open", "free-returns"]
others = [sim.load(f"../scenarios/{name}.yaml") for name in names]
comparison = sim.compare(article, *others, replications=8, progress=sim.bar())
comparison

# %% [markdown]
# ## What each lever buys
#
# Differences with their intervals, against margins below which nobody would care. A verdict stands only where the
# whole interval (simultaneous over all that is judged) lies beyond the margin, *better* or *worse*, or within it,
# *equivalent*.

# %%
comparison.plot.difference().figure

# %%
comparison.verdicts.pivot(index="title", columns="scenario", values="verdict")

# %% [markdown]
# So it is the silence in a *dispute* that counts: where it means no (`disputes-lapse`), fewer are refunded and less
# money comes back. What silence means for a *cancellation* (`silence-approves`) moves little: within the margin for
# the time to the money, too close to call for the rest. Most is bought by levers that are not about silence at all:
# postage (`free-returns`), and a parcel that waits for the answer (`no-shipping-while-open`).
#
# ## Which orders end differently
#
# The flip table: orders by how they end under the article's rules (rows) and where disputes lapse (columns). On its
# diagonal is everybody who ends the same way.

# %%
comparison.flip_table("disputes-lapse")

# %%
flipped = comparison.flipped("disputes-lapse")
columns = ["base_outcome", "other_outcome", "parts_at", "orders", "money_change", "money_low", "money_high"]
flipped[[*columns, "examples"]].round(1).head()

# %% [markdown]
# What buyers lose on average stands with its interval; where only a few orders flip, there is none. Each row has
# examples to look at. The first order that had its money and loses it, told under both rules: the stories part where
# the seller says nothing.

# %%
replication, order = flipped["examples"].iloc[0][0]
print(sim.trace(article, order, replication))

# %%
print(sim.trace(others[1], order, replication))

# %% [markdown]
# ## Time, not only whether
#
# How many more claims have their money by each day, with a band that holds at all days at once.

# %%
comparison.plot.curves().figure

# %% [markdown]
# ## What pairing is worth
#
# The variance of each difference, over what two independent experiments would have: 0.1 means that the same orders under
# both policies are worth ten times the replications.

# %%
comparison.verdicts.pivot(index="title", columns="scenario", values="variance_ratio").round(3)
