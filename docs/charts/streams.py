"""How many rows of a Parquet file are learned from in a second."""

import matplotlib.pyplot as plt
from tables import bars, table

streams = table("speed.md", "Streams").set_index("")
streams.index = streams.index.str.replace("`", "")
rows = streams[["4,000,000 rows"]].iloc[:, :1]
rows.columns = ["millions of rows per second"]
rows = rows.map(lambda cell: float(cell.replace(",", "")) / 1e6)
figure, axes = plt.subplots(figsize=(6.2, 3), layout="constrained")
bars(axes, rows, "Millions of rows per second")
axes.get_legend().remove()
axes.set_ylabel("")
