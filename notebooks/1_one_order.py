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
# # One order
#
# Somebody paid, and two days later found the same thing for much less. What happens to the money?
# This notebook follows **one order**, first under the article's rules, then under others. The orders of a
# scenario are the same under every policy, down to the second and the cent: the same buyer, the same seller with
# the same answer in mind, the same parcel. What differs is the policy.
#
# Nothing is defined here; every line calls the package.

# %%
import sim

article = sim.load("../scenarios/aliexpress.yaml")
article

# %% [markdown]
# ## The story, step by step
#
# Order 34,256 of the first replication. Each line is an event, with who did it and what the policy gave them time
# for.

# %%
story = sim.trace(article, order=34_256)
print(story)

# %% [markdown]
# Three instants decided this order, and none of them was anybody's judgement:
#
# 1. the parcel left while the request was open, so the request was moot (*shipped over*);
# 2. the seller let five days pass in the dispute, and **silence approved**;
# 3. the goods had to go back before the money did, and the buyer paid for that.
#
# ## The same order, where a seller must answer before it ships
#
# One lever differs: `policy.cancellation.ships_while_open` is `held` instead of `allowed`.

# %%
held = sim.load("../scenarios/no-shipping-while-open.yaml")
print(sim.trace(held, order=34_256))

# %% [markdown]
# ## The same order, where silence in a dispute means no
#
# Again one lever: `policy.dispute.default.on_silence`.

# %%
lapse = sim.load("../scenarios/disputes-lapse.yaml")
print(sim.trace(lapse, order=34_256))

# %% [markdown]
# ## Any lever, without a file
#
# `with_changes` takes the same paths as a scenario file has. Here the seller's clock is three days instead of nine.
# For this order it changes nothing: the parcel leaves sooner than any of the clocks runs out.

# %%
fast = article.with_changes({"policy.cancellation.clock": "3 d"})
print(sim.trace(fast, order=34_256))

# %% [markdown]
# One order is an anecdote. What the policy does to all of them is the subject of the next notebook,
# [the article's world](2_the_articles_world.ipynb).
