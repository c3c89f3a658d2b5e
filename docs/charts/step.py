"""How far one training step is from its bare matrix products."""

import matplotlib.pyplot as plt
from tables import bars, table

steps = table("speed.md", "One training step")
steps = steps[(steps["dtype"] == "float32") & (steps["threads"] == "1")].set_index("shape")
ratios = steps[["PyTorch", "scikit-learn", "sknn", "bare"]].map(
    lambda cell: float(cell.split("/")[2].strip(" x"))
)
figure, axes = plt.subplots(figsize=(6.2, 4.8), layout="constrained")
ratios = ratios.rename(columns={"bare": "bare matrix products"})
bars(axes, ratios, "Time of a training step, bare matrix products = 1")
axes.set(xscale="log", xlabel="one thread, float32", ylabel="network", xlim=(0.8, 60))
