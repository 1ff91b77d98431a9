"""Pictures of how well the network does, as plain dictionaries: Plotly's validation costs more than drawing them."""
