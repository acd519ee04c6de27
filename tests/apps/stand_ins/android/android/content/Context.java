package android.content;

import android.content.res.AssetManager;

/** A minimal declaration of Android's class, for tests. */
public class Context {
    private final AssetManager assets;

    public Context(AssetManager assets) {
        this.assets = assets;
    }

    public AssetManager getAssets() {
        return assets;
    }
}
