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
# # A peak: Singles' Day and Spring Festival
#
# On 11 November a marketplace has 1.7 times its usual orders; in the article's world that is one day, in `singles-day` the
# end of three weeks with 1.3 times as many. Around Spring Festival sellers and platform shut for eight days while buyers
# go on buying. Clocks of wall time run on. What happens at the desks, and to the buyers?

# %%
# %matplotlib inline
from datetime import date

import sim

article = sim.load("../scenarios/aliexpress.yaml")
season = sim.load("../scenarios/singles-day.yaml")
comparison = sim.compare(article, season, replications=6, progress=sim.bar())

# %% [markdown]
# ## Desks that fill up
#
# Requests waiting at the desks, by day. The dashed lines are 21 October, from when orders are 1.3 times the usual,
# and 11 November. What stands out is neither: the spikes are the holidays of the Chinese calendar (early October,
# New Year, Spring Festival in February), on which sellers are shut and nobody clears the desks.

# %%
backlog = comparison.others[0].plot.backlog()
sellers, _ = backlog.child_axes
at_the_line = {"xy": (date(2018, 10, 21), 1), "xycoords": ("data", "axes fraction")}
to_the_left = {"xytext": (-4, -15), "textcoords": "offset points", "ha": "right", "va": "top"}
on_white = {"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 1}
sellers.annotate("21 Oct: orders × 1.3", **at_the_line, **to_the_left, bbox=on_white, color="dimgray", fontsize=8.5)
backlog.figure

# %%
desks = ["seller_wait_mean", "mediation_wait_mean", "mediation_utilisation", "silence_share", "success_rate"]
rows = comparison.differences.set_index("measure").loc[desks]
rows[["title", "base", "other", "difference", "low", "high", "unit"]].round(3)

# %% [markdown]
# Read the intervals before the differences: six replications do not tell the season's effect on waits from nothing. More
# orders are other orders, so these two worlds share no luck and are compared as independent runs, which costs precision.
# The program says so:

# %%
comparison.apart

# %% [markdown]
# ## Shut for eight days
#
# What if eight such days fell into the season? `spring-festival` has the orders of `singles-day`, second for
# second, and shuts sellers and platform from 4 to 11 November. Only the calendars differ, so here every order can
# be followed from one world into the other.

# %%
festival = sim.load("../scenarios/spring-festival.yaml")
shut = sim.compare(season, festival, replications=6, progress=sim.bar())
shut

# %%
shut.plot.difference().figure

# %%
rows = shut.differences.set_index("measure").loc[desks]
rows[["title", "base", "other", "difference", "low", "high", "unit"]].round(3)

# %%
shut.flip_table("spring-festival")

# %% [markdown]
# Answers wait longer, and yet more buyers succeed: a shop that is shut does not ship either, so more of them can still
# cancel when it opens. The order that tells it:

# %%
gained = shut.flipped("spring-festival")
gained = gained[gained["other_outcome"] == "refunded"]
replication, order = gained["examples"].iloc[0][0]
print(sim.trace(season, order, replication))

# %%
print(sim.trace(festival, order, replication))
