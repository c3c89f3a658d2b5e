"""How long a fit takes beside scikit-learn and PyTorch."""

import matplotlib.pyplot as plt
from tables import bars, table

fits = table("speed.md", "A whole fit").set_index("")
ratios = fits.map(lambda cell: float(cell.partition("/")[2].strip(" x")))
figure, axes = plt.subplots(figsize=(6.2, 4.6), layout="constrained")
bars(axes, ratios[["PyTorch", "scikit-learn", "sknn"]], "Time of a fit, sknn = 1")
axes.set(xlabel="one thread, float32", ylabel="network")
