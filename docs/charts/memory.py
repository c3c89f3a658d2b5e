"""How much memory a fit takes beyond X."""

import matplotlib.pyplot as plt
from tables import bars, table

memory = table("speed.md", "Prediction, search, memory", 2).set_index("")
memory = memory[["scikit-learn", "sknn"]].astype(float)
figure, axes = plt.subplots(figsize=(6.2, 3), layout="constrained")
bars(axes, memory, "Peak memory beyond X, MiB")
axes.set(xscale="log", xlim=(0.1, 4000), ylabel="")
